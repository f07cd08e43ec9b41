/** What asking a machine for a device that it is not fails with. */
import { MachineError } from "../Machine.js"

export const notAndroid = new MachineError({
  reason: "Invalid",
  detail: "this session is no Android device: create it with an image such as mobile_latest"
})

export const noDesktop = new MachineError({
  reason: "Invalid",
  detail: "this session is an Android device and has no desktop: create it with an image such as linux_latest"
})
