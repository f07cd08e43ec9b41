import type { Deviation } from "../Deviation.js"
import type { Outcome } from "../Outcome.js"
import type { Request } from "../Vector.js"
import { actionOf, each, refused, serviceFailure, withForm } from "./edit.js"

const rejected = (): Outcome => ({ _tag: "Failure", kind: "rejected" })

const uploads = (request: Request): boolean =>
  actionOf(request) === "GetContextFileUploadUrl" || request.method === "PUT"

export const extensions: ReadonlyArray<Deviation> = [
  {
    differs:
      "session automation modules 17, defect 57: the constructor asks for contexts that it does not need",
    instead: "opening is one request, made when it is asked for",
    ids: /^extensions\./,
    requests: (requests) => requests.filter((request) => actionOf(request) !== "ListContexts")
  },
  {
    differs: "session automation modules 15: contexts made for the service are named by the second",
    instead: "two that are made at once have two names",
    ids: /^extensions\.(cleanup|list)\/2$/,
    requests: each("GetContext", (request) =>
      withForm(request, (form) => ({ ...form, Name: "extensions-<nonce>" }))
    )
  },
  {
    differs: "session automation modules 17, defect 57: original names are lost",
    instead: "the id keeps the name of the file",
    ids: /^extensions\.create\/[14]$/,
    requests: each("GetContextFileUploadUrl", (request) =>
      withForm(request, (form) => ({ ...form, FilePath: "/tmp/extensions/ext_<nonce>_ext.zip" }))
    ),
    outcome: (expected) =>
      expected._tag === "Failure"
        ? expected
        : { ...expected, data: { id: "ext_<nonce>_ext.zip", name: "ext.zip" } }
  },
  {
    differs:
      "session automation modules 17, defect 57: update answers with a name that the service never learns",
    instead: "the name is what a listing says afterwards",
    ids: /^extensions\.update\/1$/,
    outcome: (expected) =>
      expected._tag === "Failure" ? expected : { ...expected, data: { id: "ext_a.zip", name: "ext_a.zip" } }
  },
  {
    differs: "session automation modules 17, defect 57: update takes any file",
    instead: "what is no archive is refused before anything is asked for",
    ids: /^extensions\.update\/3$/,
    requests: (requests) => requests.filter((request) => actionOf(request) === "GetContext"),
    outcome: rejected
  },
  {
    differs: "session automation modules 15: the file is looked at after the requests of the constructor",
    instead: "the refusal is that of an argument",
    ids: /^extensions\.create\/2$/,
    outcome: rejected
  },
  {
    differs: "session automation modules 17, defect 57: an upload that fails is forgotten",
    instead:
      "what may have arrived is deleted; the failure has the status of the object store, which has no request id",
    ids: /^extensions\.create\/4$/,
    requests: (requests) => {
      const asked = requests.find(uploads)
      return asked === undefined
        ? requests
        : [
            ...requests,
            {
              ...asked,
              query: { ...asked.query, Action: "DeleteContextFile" },
              headers: { ...asked.headers, "x-acs-action": "DeleteContextFile" }
            }
          ]
    },
    outcome: () => ({ _tag: "Failure", kind: "service", status: 403, mentions: ["403"] }),
    answers: (recorded) =>
      recorded.set("DeleteContextFile", [
        { status: 200, body: { HttpStatusCode: 200, Code: "ok", Success: true, RequestId: "REQ-P" } }
      ])
  },
  {
    differs: "session automation modules 15: an unknown id is found out from what may be many requests",
    instead: "the failure names no single one of them",
    ids: /^extensions\.update\/2$/,
    outcome: () => ({ _tag: "Failure", kind: "service" })
  },
  {
    differs: "session automation modules 15: delete swallows errors",
    instead: "they are failures",
    ids: /^extensions\.delete\/[23]$/,
    outcome: (_, one) => serviceFailure(one, "DeleteContextFile")
  },
  {
    differs: "session automation modules 17, defect 57: cleanup deletes a context that the caller named",
    instead: "it is left as it is, and cleanup says so",
    ids: /^extensions\.cleanup\/1$/,
    requests: (requests) => requests.filter((request) => actionOf(request) !== "DeleteContext"),
    outcome: () => ({ _tag: "Success", data: { isDeleted: false } })
  }
]

export const skills: ReadonlyArray<Deviation> = [
  {
    differs: "newer features 17, defect 24: the names of the skills are never sent",
    instead: "they are",
    ids: /^agentBay\.create\.v19\/6$/,
    requests: each("CreateMcpSession", (request) =>
      withForm(request, (form) => ({ ...form, Skills: "<json>", "Skills#json": ["web-search", "pdf"] }))
    )
  },
  {
    differs: "newer features 8.2: names without loadSkills are dropped",
    instead: "they are refused, because they would have no effect",
    ids: /^agentBay\.create\.v19\/7$/,
    ...refused
  }
]
