import type { Deviation } from "../Deviation.js"
import { toolFailure } from "./session.js"

export const oss: ReadonlyArray<Deviation> = [
  {
    differs: "control plane 8, item 10",
    instead: "a VPC answer marked as an error is one",
    ids: /^oss\.(upload\/3|download\/2)$/,
    routes: ["vpc"],
    outcome: (_, one) => toolFailure(one)
  },
  {
    differs: "D36",
    instead: "a failure told as plain text is a failure of the tool, with its words",
    ids: /^oss\.envInit\/4$/,
    outcome: (_, one) => toolFailure(one)
  }
]
