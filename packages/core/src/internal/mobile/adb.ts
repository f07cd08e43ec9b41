/** Where `adb` finds an Android session. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { InvalidArgument, SessionError } from "../../AgentBayError.js"
import { GetAdbLink, GetLink } from "../../contract/actions/SessionActions.js"
import type { AdbAddress } from "../../session/SessionMobile.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { sessionError } from "../httpFailure.js"
import { ensureText } from "../validate.js"

const operation = "SessionMobile.getAdbUrl"

/** What `adb` itself assumes. */
const defaultPort = 5555

const pattern = /^(?:adb\s+connect\s+)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/

const readAddress = (text: string): Omit<AdbAddress, "requestId"> | undefined => {
  const [, host, digits] = pattern.exec(text.trim()) ?? []
  const port = digits === undefined ? defaultPort : Number(digits)
  return host === undefined || port < 1 || port > 65_535
    ? undefined
    : { host, port, command: `adb connect ${host}:${port}` }
}

export const getAdbUrl = (
  { account, sessionId }: SessionRuntime,
  publicKey: string
): Effect.Effect<AdbAddress, SessionError | InvalidArgument> =>
  Effect.gen(function* () {
    yield* ensureText(operation, "publicKey", publicKey)
    const option = JSON.stringify({ adbkey_pub: publicKey })
    const facts = { operation, sessionId }
    const { data, requestId } = yield* account.controlPlane
      .call(GetAdbLink, { sessionId, option }, facts)
      .pipe(
        // The first generation has one action for links of every kind.
        Effect.catchIf(
          ({ reason }) => reason === "Unsupported",
          () => account.controlPlane.call(GetLink, { sessionId, protocolType: "adb", option }, facts)
        )
      )
    const address = Option.flatMapNullable(data.url, readAddress)
    return Option.isSome(address)
      ? { ...address.value, requestId }
      : yield* Effect.fail(
          sessionError(
            { ...facts, requestId, secrets: [] },
            { reason: "Decode", phase: "sent", detail: "the answer has no address for adb" }
          )
        )
  }).pipe(Effect.withSpan(operation))
