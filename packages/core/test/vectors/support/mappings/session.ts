/** The session's own operations. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { SessionInfo, SessionMetrics } from "../../../../src/Session.js"
import {
  type Mappings,
  mapping,
  nothing,
  object,
  optional,
  optionalNumber,
  optionalText,
  partly,
  plain,
  text,
  withoutBlanks
} from "../Mapping.js"
import { success } from "../Outcome.js"
import type { Json, JsonObject } from "../Vector.js"
import type { World } from "../World.js"
import { create, syncOf } from "./agentBay.js"
import { pause, resume } from "./sessionState.js"

/** Lines that make their own session say so in words. */
const own = (world: World) => {
  const { then = "" } = world.one.vector.call
  const created = /made by agentBay\.create\((.*?)\) within/.exec(then)?.[1]
  const found = /made by agentBay\.get\("(.*?)"\) within/.exec(then)?.[1]
  const session =
    created !== undefined
      ? create(world, JSON.parse(created) as Json)
      : found !== undefined
        ? world.bay.get(found)
        : then === "for a session created with enableBrowserReplay"
          ? create(world, { enableBrowserReplay: true })
          : Effect.succeed(world.session)
  return then.includes("after session.listMcpTools()")
    ? Effect.tap(session, (made) => made.listMcpTools())
    : session
}

const readInfo = ({ desktop, requestId, resourceUrl, sessionId }: SessionInfo) =>
  success(plain({ sessionId, resourceUrl, ...Option.getOrElse(desktop, () => ({})) }), requestId)

const link = mapping({
  call: ({ session }, [protocol, port, option]) =>
    session.getLink({
      protocol: optionalText(protocol),
      port: optionalNumber(port),
      option: optionalText(option)
    }),
  read: (url) => success(Redacted.value(url)),
  recorded: ({ data }) => success(data)
})

const metricNames: ReadonlyArray<readonly [keyof SessionMetrics, string]> = [
  ["cpuCount", "cpuCount"],
  ["cpuUsedPercent", "cpuUsedPct"],
  ["memoryTotalBytes", "memTotal"],
  ["memoryUsedBytes", "memUsed"],
  ["diskTotalBytes", "diskTotal"],
  ["diskUsedBytes", "diskUsed"],
  ["receivedKilobytesPerSecond", "rxRateKbytePerS"],
  ["sentKilobytesPerSecond", "txRateKbytePerS"],
  ["receivedKilobytes", "rxUsedKbyte"],
  ["sentKilobytes", "txUsedKbyte"],
  ["timestamp", "timestamp"]
]

const accessors = mapping({
  call: ({ session }) => Effect.succeed(session),
  read: (session) =>
    success(
      plain({
        sessionId: session.sessionId,
        token: session.token,
        isVpcEnabled: session.isVpc,
        networkInterfaceIp: session.networkInterfaceIp,
        httpPort: Option.map(session.httpPort, String),
        shell: session.findServerForTool("shell"),
        nope: session.findServerForTool("nope")
      })
    ),
  // The api key is not handed out again.
  recorded: ({ apiKey: _, ...known }) => success(partly(withoutBlanks(known)))
})

const keepAlive = mapping({ call: ({ session }) => session.keepAlive, ...nothing })

export const session: Mappings = {
  "session accessors": accessors,
  "session callMcpTool": mapping({
    call: (world, [name, args, autoGenSession]) =>
      Effect.flatMap(own(world), (made) =>
        made.callMcpTool(text(name), optional(args, object), {
          autoGenSession: optional(autoGenSession, (flag) => flag === true)
        })
      ),
    read: (answer) => success(answer.text, answer.requestId),
    recorded: ({ data, requestId }) => success(data, requestId)
  }),
  "session getMcpServerForTool": mapping({
    call: ({ session }, [name]) => Effect.succeed(session.findServerForTool(text(name))),
    read: (server) => success(Option.getOrNull(server)),
    recorded: (result) => success(result["$contains"] === undefined ? null : result)
  }),
  "session listMcpTools": mapping({
    // An empty image id means none, as in the recorded client.
    call: ({ session }, [image]) => session.listMcpTools(image === "" ? undefined : optionalText(image)),
    read: (tools) => success(tools),
    recorded: ({ tools }) => success(tools)
  }),
  "session info": mapping({
    call: ({ session }) => session.info,
    read: readInfo,
    recorded: ({ data, requestId }) => success(withoutBlanks(object(data)), requestId)
  }),
  "session getStatus": mapping({
    call: ({ session }) => session.status,
    read: ({ requestId, status }) => success({ status }, requestId),
    recorded: ({ requestId, status }) => success({ status }, requestId)
  }),
  "session getLabels": mapping({
    call: ({ session }) => session.getLabels,
    read: (labels) => success(labels),
    recorded: ({ data }) => success(data)
  }),
  "session setLabels": mapping({
    call: ({ session }, [labels]) => session.setLabels(labels as Readonly<Record<string, string>>),
    ...nothing
  }),
  "session getLink": link,
  "session getLinkAsync": link,
  "session delete": mapping({
    call: (world, [sync]) =>
      Effect.flatMap(own(world), (made) => made.delete({ syncContexts: sync === true })),
    ...nothing
  }),
  "session betaPauseAsync": pause(0),
  "session betaResumeAsync": resume(0),
  "session keepAlive": keepAlive,
  "session keepAliveAsync": keepAlive,
  "session getMetrics": mapping({
    call: ({ session }) => session.metrics,
    read: (metrics) =>
      success(
        plain(Object.fromEntries(metricNames.map(([ours, theirs]) => [theirs, metrics[ours]]))),
        metrics.requestId
      ),
    // A figure that the image does not report is 0 or empty in the recorded model.
    recorded: ({ data, requestId }) =>
      success(
        Object.fromEntries(Object.entries(object(data)).filter(([, value]) => value !== 0 && value !== "")),
        requestId
      )
  })
}

const transfers = (value: Json | undefined): ReadonlyArray<JsonObject> =>
  Array.isArray(value) ? value.map(object) : []

const filled = (value: Json | undefined): string | undefined =>
  value === "" ? undefined : optionalText(value)

const contextInfo = mapping({
  call: ({ session }, [contextId, path, taskType]) =>
    session.context.info({
      contextId: filled(contextId),
      path: filled(path),
      taskType: filled(taskType) as "upload" | "download" | undefined
    }),
  read: (tasks) => success(plain(tasks)),
  recorded: ({ contextStatusData }) => success(transfers(contextStatusData).map(partly))
})

export const sessionContext: Mappings = {
  "session.context info": contextInfo,
  "session.context infoWithParams": contextInfo,
  "session.context sync": mapping({
    call: ({ session }, [contextId, path, mode, , tries, interval]) =>
      session.context.sync({
        contextId: optionalText(contextId),
        path: optionalText(path),
        mode: optionalText(mode) as "upload" | "download" | undefined,
        timeout:
          optionalNumber(tries) === undefined ? undefined : `${Number(tries) * Number(interval)} millis`
      }),
    ...nothing
  }),
  "session.context bind": mapping({
    call: ({ session }, [syncs, wait]) => {
      const contexts = { contexts: (Array.isArray(syncs) ? syncs : [syncs as Json]).map(syncOf) }
      return wait === false
        ? Effect.asVoid(session.context.startBind(contexts))
        : Effect.asVoid(session.context.bind(contexts))
    },
    ...nothing
  }),
  "session.context listBindings": mapping({
    call: ({ session }) => session.context.listBindings,
    read: (bindings) => success(plain(bindings)),
    recorded: ({ bindings }) => success(bindings)
  })
}
