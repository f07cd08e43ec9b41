import type { Deviation } from "../Deviation.js"
import { representative } from "../mappings/client.js"
import { each, refused, serviceFailure, withForm } from "./edit.js"

export const client: ReadonlyArray<Deviation> = [
  {
    differs: "newer features 17, defect 24: the names of the skills are never sent",
    instead: "they are",
    ids: /^client\.CreateMcpSession\/1$/,
    versions: ["0.19.0"],
    requests: each("CreateMcpSession", (request) =>
      withForm(request, (form) => ({ ...form, Skills: "<json>", "Skills#json": ["i1", "i2"] }))
    )
  },
  {
    differs: "control plane 2.2.1 and 2.5.8",
    instead: "ExtraConfigs and SdkStats are JSON, Mode is upload or download; other texts cannot be sent",
    ids: /^client\.(CreateMcpSession|SyncContext)\/1$/,
    requests: each(/./, (request) =>
      withForm(request, (form) =>
        Object.fromEntries(Object.entries(form).map(([name, value]) => [name, representative[name] ?? value]))
      )
    )
  },
  {
    differs: "D24 and control plane 8, item 4",
    instead: "a POST with all parameters in the form, as the other official clients send it",
    ids: /^client\.GetAndLoadInternalContext\/1$/,
    requests: each("GetAndLoadInternalContext", (request) => ({
      ...request,
      method: "POST",
      headers: { ...request.headers, "content-type": "application/x-www-form-urlencoded" }
    }))
  },
  {
    differs: "control plane 2.1",
    instead: "the credential is part of every request",
    ids: /^client\.CreateMcpSession\/2$/,
    requests: each(/./, (request) => withForm(request, () => ({ Authorization: "Bearer akm-TESTKEY" })))
  },
  {
    differs: "control plane 2.2 to 2.6",
    instead: "a request without its required parameters does not exist",
    ids: /^client\.(?!CreateMcpSession|errors)\w+\/2$/,
    ...refused
  },
  {
    differs: "control plane 1.7",
    instead: "a redirect is not a success",
    ids: /^client\.errors\/9$/,
    outcome: (_, one) => serviceFailure(one, "GetSession")
  }
]
