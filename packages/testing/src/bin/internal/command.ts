/** The command line of the local cloud. */

import { writeFile } from "node:fs/promises"
import { isIP } from "node:net"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as LocalMachine from "../../machine/LocalMachine.js"
import * as LocalCloud from "../../server/LocalCloud.js"
import { callLine } from "./callLine.js"

const Port = Schema.NumberFromString.pipe(Schema.int(), Schema.between(0, 65_535)).annotations({
  message: () => ({ message: "--port must be a whole number from 0 to 65535", override: true })
})

const options = {
  port: Options.text("port").pipe(
    Options.withSchema(Port),
    Options.withDefault(0),
    Options.withDescription("Port to listen on; 0 takes any free one.")
  ),
  host: Options.text("host").pipe(
    Options.withDefault("127.0.0.1"),
    Options.withDescription("Address to listen on. Others than loopback let other computers in.")
  ),
  tls: Options.boolean("tls").pipe(
    Options.withDescription("Serve the control API over TLS with a self-signed certificate.")
  ),
  certificateFile: Options.text("certificate-file").pipe(
    Options.optional,
    Options.withDescription("Write the certificate here (PEM), for clients to trust.")
  ),
  machine: Options.choice("machine", ["auto", "memory", "bubblewrap"]).pipe(
    Options.withDefault("auto" as const),
    Options.withDescription(
      "What runs inside sessions: real processes under bubblewrap, or an in-memory machine."
    )
  ),
  data: Options.text("data").pipe(
    Options.optional,
    Options.withDescription("Directory in which contexts outlive this program. Default: a temporary one.")
  ),
  apiKey: Options.redacted("api-key").pipe(
    Options.optional,
    Options.withDescription("The only api key to accept. Default: any.")
  )
}

class CertificateFileError extends Data.TaggedError("CertificateFileError")<{
  readonly file: string
  readonly cause: unknown
}> {
  override get message(): string {
    return `The certificate cannot be written to ${this.file}: ${String(this.cause)}`
  }
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))

/** Why sessions do not run real processes although they might have. */
const whyMemory = Effect.map(
  LocalMachine.probe,
  Option.match({ onNone: () => "", onSome: (problem) => ` (bubblewrap: ${problem.message})` })
)

/** Serves until interrupted. */
export const localCloud = Command.make("local-cloud", options, (given) =>
  Effect.gen(function* () {
    const { certificate, machine, url } = yield* LocalCloud.LocalCloud
    yield* Console.log(`listening ${url}`)
    const reason = machine === "memory" && given.machine === "auto" ? yield* whyMemory : ""
    yield* Console.log(`sessions run in: ${machine}${reason}`)
    yield* Console.log(
      `api key: ${Option.isSome(given.apiKey) ? "the one given" : "any"}; contexts: ${Option.getOrElse(given.data, () => "gone with it")}`
    )
    if (!isLoopback(given.host) && Option.isNone(given.apiKey)) {
      yield* Console.log("warning: whoever reaches this port can run commands here; consider --api-key")
    }
    if (certificate !== undefined && Option.isSome(given.certificateFile)) {
      const file = given.certificateFile.value
      yield* Effect.tryPromise({
        try: () => writeFile(file, certificate),
        catch: (cause) => new CertificateFileError({ file, cause })
      })
      yield* Console.log(`certificate: ${file} (Node.js programs trust it with NODE_EXTRA_CA_CERTS)`)
    }
    return yield* Effect.never
  }).pipe(
    Effect.provide(
      Layer.suspend(() =>
        LocalCloud.layer({
          port: given.port,
          host: given.host,
          tls: given.tls,
          machine: given.machine,
          dataDirectory: Option.getOrUndefined(given.data),
          apiKey: Option.getOrUndefined(given.apiKey),
          onCall: (call) => Console.log(callLine(call))
        })
      )
    )
  )
).pipe(Command.withDescription("AgentBay without the cloud: the service on a port of this computer."))
