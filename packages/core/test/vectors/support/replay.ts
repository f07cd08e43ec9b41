/** One line: make its call with our client, and list everything in which requests and outcome differ. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { canonical, differences } from "./compare.js"
import { matches } from "./Deviation.js"
import { deviations } from "./deviations/index.js"
import { type Answers, answersOf, makeFakeService } from "./FakeService.js"
import type { Mapping } from "./Mapping.js"
import { mappings } from "./mappings/index.js"
import { normalise } from "./normalise.js"
import { hasFailed, type Outcome, ourOutcome, recordedFailure } from "./Outcome.js"
import { type Case, fixture, type Request } from "./Vector.js"
import { makeVirtualClock, settle } from "./virtualClock.js"
import { makeWorld } from "./World.js"

export const mappingOf = ({ vector }: Case): Mapping | undefined =>
  mappings[`${vector.call.target} ${vector.call.method}`]

export const deviationsOf = (one: Case) => deviations.filter((deviation) => matches(deviation, one))

const expectedOutcome = (one: Case, mapping: Mapping): Outcome =>
  hasFailed(one.vector.result) ? recordedFailure(one) : mapping.recorded(one.vector.result, one)

const compareOutcomes = (
  expected: Outcome,
  actual: Outcome & { readonly text?: string }
): ReadonlyArray<string> => {
  const { text, ...ours } = actual
  if (expected._tag === "Success" || ours._tag === "Success") {
    return differences(expected, ours, "outcome").concat(text === undefined ? [] : [`our failure: ${text}`])
  }
  const { mentions = [], ...theirs } = expected
  const known = Object.fromEntries(Object.entries(theirs).filter(([, value]) => value !== undefined))
  const told = Object.fromEntries(
    Object.keys(known).map((key) => [key, (ours as Record<string, unknown>)[key]])
  )
  const problems = [...differences(known, told, "outcome")]
  for (const mention of mentions) {
    if (!(text ?? "").includes(mention)) problems.push(`our message does not say "${mention}"`)
  }
  return problems.length === 0 ? [] : [...problems, `our failure: ${text}`]
}

/** No request may carry the api key in its URL. */
const leaks = (sent: ReadonlyArray<Request>): ReadonlyArray<string> =>
  sent.flatMap((request) =>
    JSON.stringify(request.query ?? {}).includes("akm-TESTKEY")
      ? [`${request.path}: the api key is in the URL`]
      : []
  )

/** Noon of a day. */
const start = 1_767_614_400_000

/** Everything that is wrong with this line; empty when our client does what it should. */
export const replay = (one: Case): Effect.Effect<ReadonlyArray<string>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const service = makeFakeService()
    const time = makeVirtualClock(start)
    const world = yield* Effect.orDie(makeWorld(service, one))
    for (const id of one.vector.setup ?? []) {
      const setup = fixture(id, one.version)
      const prepare = mappingOf(setup)
      if (prepare === undefined) return [`nothing replays the set-up line ${id}`]
      service.play(answersOf(setup.vector.requests, setup.vector.responses))
      const exit = yield* settle(time, prepare.run(world, setup.vector.call.args))
      if (Exit.isFailure(exit)) return [`the set-up line ${id} failed: ${exit.cause}`]
    }

    const mapping = mappingOf(one)
    if (mapping === undefined) return ["nothing replays this line"]
    const problems: Array<string> = []
    let requests = normalise(one.vector.requests)
    let outcome = expectedOutcome(one, mapping)
    let answers: Answers = answersOf(one.vector.requests, one.vector.responses)
    for (const deviation of deviationsOf(one)) {
      const before = canonical([requests, outcome])
      requests = normalise(deviation.requests?.(requests, one) ?? requests)
      outcome = deviation.outcome?.(outcome, one) ?? outcome
      answers = deviation.answers?.(answers, one) ?? answers
      const isAboutAnswersOnly = deviation.requests === undefined && deviation.outcome === undefined
      if (!isAboutAnswersOnly && canonical([requests, outcome]) === before) {
        problems.push(`the deviation "${deviation.differs}: ${deviation.instead}" changes nothing here`)
      }
    }

    service.play(answers)
    const exit = yield* settle(time, mapping.run(world, one.vector.call.args))
    const sent = service.sent()
    const actual = normalise(sent)
    const names = (list: ReadonlyArray<Request>) =>
      list.map((request) => request.query?.["Action"] ?? `${request.method} ${request.path}`).join(", ")
    if (requests.length !== actual.length) {
      problems.push(`expected requests [${names(requests)}], sent [${names(actual)}]`)
    }
    requests.forEach((request, index) => {
      if (index < actual.length) problems.push(...differences(request, actual[index], `request ${index}`))
    })
    problems.push(
      ...leaks(sent),
      ...compareOutcomes(
        outcome,
        ourOutcome(exit, (value) => value)
      )
    )
    return problems
  })
