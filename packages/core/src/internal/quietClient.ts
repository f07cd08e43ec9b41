import * as HttpClient from "@effect/platform/HttpClient"

/**
 * The client without spans of its own and without trace headers: its spans hold whole URLs and headers, and ours
 * carry credentials in both.
 */
export const quietClient = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  // Without a span of its own the client sends no trace headers either.
  HttpClient.withTracerDisabledWhen(client, () => true)
