import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as AgentBay from "../../src/AgentBay.js"
import * as Session from "../../src/Session.js"
import * as SessionCode from "../../src/session/SessionCode.js"
import * as SessionCommand from "../../src/session/SessionCommand.js"
import * as SessionContext from "../../src/session/SessionContext.js"
import * as SessionFileSystem from "../../src/session/SessionFileSystem.js"
import { makeAccount, working } from "../support/account.js"
import { assert } from "../support/assertions.js"
import { refused } from "../support/ScriptedService.js"

const account = (replies: Parameters<typeof working>[0] = {}) =>
  Effect.map(makeAccount(working(replies)), ({ bay, service }) => ({
    bay,
    service,
    layer: Layer.succeed(AgentBay.AgentBay, bay)
  }))

/** Whether the tags of all modules are those of the handle. */
const areOneSession = Effect.gen(function* () {
  const session = yield* Session.Session
  return (
    (yield* SessionCommand.SessionCommand) === session.command &&
    (yield* SessionFileSystem.SessionFileSystem) === session.fileSystem &&
    (yield* SessionCode.SessionCode) === session.code &&
    (yield* SessionContext.SessionContext) === session.context
  )
})

describe("a session as a layer", () => {
  it.effect("is one session for handle and modules, deleted when the layer closes", () =>
    Effect.gen(function* () {
      const { layer, service } = yield* account()
      const provided = Session.layer({ imageId: "img" }).pipe(Layer.provide(layer))
      assert.isTrue(yield* Effect.provide(areOneSession, provided))
      assert.deepStrictEqual(service.names(), ["CreateMcpSession", "DeleteSessionAsync", "GetSessionDetail"])
      assert.strictEqual(service.sent[0]?.form["ImageId"], "img")
    })
  )

  it.effect("fails as creating one does", () =>
    Effect.gen(function* () {
      const { layer } = yield* account({ CreateMcpSession: refused("NOT_LOGIN") })
      const error = yield* Effect.flip(
        Effect.provide(areOneSession, Session.layer().pipe(Layer.provide(layer)))
      )
      assert.strictEqual(error._tag, "SessionError")
    })
  )

  it.effect("of a handle that exists is not deleted", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* account()
      const session = yield* bay.create()
      assert.isTrue(yield* Effect.provide(areOneSession, Session.layerOf(session)))
      assert.deepStrictEqual(service.names(), ["CreateMcpSession"])
    })
  )

  it.effect("modules of a handle are made once", () =>
    Effect.gen(function* () {
      const { bay } = yield* account()
      const session = yield* bay.create()
      assert.strictEqual(session.command, session.command)
      assert.strictEqual(session.fileSystem, session.fileSystem)
      assert.strictEqual(session.code, session.code)
      assert.strictEqual(session.context, session.context)
      assert.strictEqual(session.callMcpTool, session.callMcpTool)
    })
  )

  it.effect("operations do not need their handle as this", () =>
    Effect.gen(function* () {
      const { bay } = yield* account()
      const { delete: deleteSession, findServerForTool, toHandle } = yield* bay.create()
      assert.strictEqual(findServerForTool("shell")._tag, "Some")
      assert.strictEqual(toHandle().sessionId, "s-1")
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(deleteSession())))
    })
  )
})
