/** The contracts of all modules; a module adds its own here. */
import { clientContract } from "./clientContract.js"
import type { Subject } from "./harness.js"

export const contracts: ReadonlyArray<<E>(name: string, subject: Subject<E>) => void> = [clientContract]
