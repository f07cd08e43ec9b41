/** What the browser of a session says by itself, and the human it waits for. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { BrowserNews, NewsOutcome } from "../../TestCloud.js"
import type { SessionSockets } from "./sessionSockets.js"

export const browserServer = "wuying_cdp_mcp_server"

const type = "call-for-user"

interface Message {
  readonly code: number
  readonly message: string
  readonly action: string
  /** Seconds. */
  readonly maxWait?: number
  /** The option of the browser without which it does not say this. */
  readonly needs?: string
}

const takeover = (code: number, message: string): Message => ({
  code,
  message,
  action: "takeover",
  maxWait: 180,
  needs: "callForUser"
})

const messages: Readonly<Record<BrowserNews, Message>> = {
  notice: { code: 0, message: "common notice message", action: "none" },
  captcha: takeover(101, "captcha request"),
  login: takeover(102, "login request"),
  pay: takeover(103, "pay request"),
  captchaSolvingStarted: {
    code: 201,
    message: "captcha solving start",
    action: "pause",
    maxWait: 60,
    needs: "solveCaptchas"
  },
  captchaSolvingFinished: {
    code: 202,
    message: "captcha solving finish",
    action: "resume",
    needs: "solveCaptchas"
  },
  autoLoginStarted: {
    code: 301,
    message: "auto login start",
    action: "pause",
    maxWait: 100,
    needs: "autoLogin"
  },
  autoLoginFinished: { code: 302, message: "auto login finish", action: "resume", needs: "autoLogin" }
}

export interface BrowserNewsDesk {
  /** What the browser was started with. */
  readonly setOption: (option: Readonly<Record<string, unknown>>) => void
  readonly say: (news: BrowserNews, maxWait: Duration.DurationInput | undefined) => Effect.Effect<NewsOutcome>
  /** A human has done what was asked for under this id. */
  readonly done: (id: unknown) => Effect.Effect<void>
}

export const makeBrowserNews = ({ push }: SessionSockets): BrowserNewsDesk => {
  const waiting = new Map<unknown, Deferred.Deferred<"done">>()
  let option: Readonly<Record<string, unknown>> = {}
  let said = 0

  return {
    setOption: (given) => {
      option = given
    },
    say: (news, maxWait) =>
      Effect.gen(function* () {
        const { action, code, maxWait: usual, message, needs } = messages[news]
        if (needs !== undefined && option[needs] !== true) return "off"
        said += 1
        const id = said
        const wait = usual === undefined ? undefined : Duration.decode(maxWait ?? Duration.seconds(usual))
        const answer = yield* Deferred.make<"done">()
        if (action === "takeover") waiting.set(id, answer)
        yield* push(browserServer, {
          type,
          id,
          code,
          message,
          action,
          ...(wait === undefined ? {} : { extraParams: { max_wait_time: Duration.toSeconds(wait) } })
        })
        if (action !== "takeover" || wait === undefined) return "said"
        return yield* Effect.raceFirst(
          Deferred.await(answer),
          Effect.as(Effect.sleep(wait), "expired" as const)
        ).pipe(Effect.ensuring(Effect.sync(() => waiting.delete(id))))
      }),
    done: (id) =>
      Effect.suspend(() => {
        const answer = waiting.get(id)
        if (answer === undefined) return Effect.void
        waiting.delete(id)
        const over = { type, id, code: 199, message: "user handle done", action: "takeoverdone" }
        return Effect.zipRight(Deferred.succeed(answer, "done"), push(browserServer, over))
      })
  }
}
