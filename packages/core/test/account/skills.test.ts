import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { AgentBay } from "../../src/AgentBay.js"
import * as RetryPolicy from "../../src/RetryPolicy.js"
import { makeAccount, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { byName, ok, type Reply, refused } from "../support/ScriptedService.js"
import type { Settings } from "../support/transports.js"

const account = (replies: Readonly<Record<string, Reply | ReadonlyArray<Reply>>>, settings: Settings = {}) =>
  Effect.map(makeAccount(byName(replies), settings), ({ bay, service }) => ({
    skills: bay.skills,
    service,
    form: () => {
      const { Authorization: _, ...form } = service.sent.at(-1)!.form
      return form
    }
  }))

const records = [
  { Name: "web-search", Description: "Search the web", SkillId: "builtin:web_search" },
  { Name: " ", Description: "nameless" },
  { Name: "pdf", Description: null }
]

const found = [
  { name: "web-search", description: "Search the web", id: Option.some("builtin:web_search") },
  { name: "pdf", description: "", id: Option.none() }
]

const unavailable = refused("ServiceUnavailable", "try later", 503)

const calls: ReadonlyArray<
  readonly [string, (skills: AgentBay.Service["skills"]) => Effect.Effect<unknown, unknown>]
> = [
  ["GetSkillMetaData", (skills) => skills.metadata()],
  ["ListSkillMetaData", (skills) => skills.list()],
  ["BindContextSkillAsync", (skills) => skills.bind([{ contextId: "c", skillIds: ["sk_1"] }])],
  ["UnbindContextSkill", (skills) => skills.unbind([{ contextId: "c", skillIds: ["sk_1"] }])]
]

const good = (name: string): Reply =>
  ok(name === "GetSkillMetaData" ? { SkillPath: "/s", MetaDataList: [] } : [])

describe("skills", () => {
  it.effect("metadata is asked for by image and names", () =>
    Effect.gen(function* () {
      const { form, skills } = yield* account({
        GetSkillMetaData: ok({ SkillPath: "/home/wuying/skills", MetaDataList: records })
      })
      assert.deepStrictEqual(yield* skills.metadata(), {
        skills: found,
        rootPath: Option.some("/home/wuying/skills"),
        requestId: "req-1"
      })
      assert.deepStrictEqual(form(), {})
      yield* skills.metadata({ imageId: "linux_latest", names: ["web-search", "pdf"] })
      assert.deepStrictEqual(form(), { ImageId: "linux_latest", SkillGroupIds: '["web-search","pdf"]' })
    })
  )

  it.effect("are listed, all or by id", () =>
    Effect.gen(function* () {
      const { form, skills } = yield* account({ ListSkillMetaData: ok(records) })
      assert.deepStrictEqual(yield* skills.list(), found)
      assert.deepStrictEqual(form(), {})
      yield* skills.list({ ids: ["sk_1"] })
      assert.deepStrictEqual(form(), { SkillIdList: '["sk_1"]' })
    })
  )

  it.effect("are bound to contexts and unbound", () =>
    Effect.gen(function* () {
      const { form, skills } = yield* account(
        { BindContextSkillAsync: ok(), UnbindContextSkill: ok() },
        { regionId: "cn" }
      )
      yield* skills.bind([
        { contextId: "c", skillIds: ["sk_1"] },
        { contextId: "d", skillIds: ["sk_1", "sk_2"], path: "/skills" }
      ])
      assert.deepStrictEqual(form(), {
        ContextSkillBindItems:
          '[{"ContextId":"c","SkillIds":["sk_1"],"Path":"/home/wuying/skills"},' +
          '{"ContextId":"d","SkillIds":["sk_1","sk_2"],"Path":"/skills"}]',
        LoginRegionId: "cn"
      })
      yield* skills.unbind([{ contextId: "c", skillIds: ["sk_1"] }])
      assert.deepStrictEqual(form(), {
        ContextSkillUnbindItems: '[{"ContextId":"c","SkillIds":["sk_1"]}]'
      })
    })
  )

  for (const [action, use] of calls) {
    it.effect(`${action}: an unavailable service is asked again, as the policy of the client says`, () =>
      Effect.gen(function* () {
        const replies = { [action]: [unavailable, unavailable, good(action)] }
        const recovers = yield* account(replies, { retry: RetryPolicy.standard })
        const fiber = yield* Effect.fork(use(recovers.skills))
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(fiber)
        assert.strictEqual(recovers.service.sent.length, 3)

        const fails = yield* account(replies)
        hasFields(yield* Effect.flip(use(fails.skills)), {
          _tag: "SessionError",
          reason: "Unavailable",
          status: 503
        })
        assert.strictEqual(fails.service.sent.length, 1)
      })
    )

    it.effect(`${action}: another refusal is final`, () =>
      Effect.gen(function* () {
        const { service, skills } = yield* account({ [action]: refused("Context.NotFound") })
        hasFields(yield* Effect.flip(use(skills)), { reason: "NotFound", code: "Context.NotFound" })
        assert.strictEqual(service.sent.length, 1)
      })
    )
  }

  it.effect("metadata without data is a failure", () =>
    Effect.gen(function* () {
      const { skills } = yield* account({ GetSkillMetaData: ok(), ListSkillMetaData: ok() })
      hasFields(yield* Effect.flip(skills.metadata()), { reason: "Decode" })
      hasFields(yield* Effect.flip(skills.list()), { reason: "Decode" })
    })
  )

  it.effect("blank texts and empty lists send nothing", () =>
    Effect.gen(function* () {
      const { service, skills } = yield* account({})
      const one = { contextId: "c", skillIds: ["s"] }
      const wrong: ReadonlyArray<readonly [string, Effect.Effect<unknown, object>]> = [
        ["imageId", skills.metadata({ imageId: " " })],
        ["names.1", skills.metadata({ names: ["a", ""] })],
        ["ids.0", skills.list({ ids: [""] })],
        ["bindings", skills.bind([])],
        ["bindings", skills.unbind([])],
        ["bindings.1.contextId", skills.bind([one, { ...one, contextId: "" }])],
        ["bindings.0.skillIds", skills.bind([{ ...one, skillIds: [] }])],
        ["bindings.0.skillIds.0", skills.unbind([{ ...one, skillIds: [" "] }])],
        ["bindings.0.path", skills.bind([{ ...one, path: "skills" }])]
      ]
      for (const [field, effect] of wrong) {
        hasFields(yield* Effect.flip(effect), { _tag: "InvalidArgument", field }, field)
      }
      assert.strictEqual(service.sent.length, 0)
    })
  )
})

describe("creating a session with skills", () => {
  it.effect("sends the names it was given", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      yield* bay.create({ loadSkills: true })
      hasFields(service.sent[0]?.form, { LoadSkill: "true", Skills: undefined })
      yield* bay.create({ loadSkills: true, skillNames: ["web-search", "pdf"] })
      hasFields(service.of("CreateMcpSession")[1]?.form, {
        LoadSkill: "true",
        Skills: '["web-search","pdf"]'
      })
      yield* bay.create({ loadSkills: false })
      hasFields(service.of("CreateMcpSession")[2]?.form, { LoadSkill: undefined })
    })
  )

  it.effect("names that would be ignored are refused", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      const wrong = [
        { skillNames: ["x"] },
        { loadSkills: false, skillNames: ["x"] },
        { loadSkills: true, skillNames: [] as ReadonlyArray<string> },
        { loadSkills: true, skillNames: [" "] }
      ]
      for (const params of wrong) {
        const error = yield* Effect.flip(bay.create(params as object))
        hasFields(error, { _tag: "InvalidArgument" })
        assert.match((error as { readonly field?: string }).field ?? "", /^skillNames/)
      }
      assert.strictEqual(service.sent.length, 0)
    })
  )
})
