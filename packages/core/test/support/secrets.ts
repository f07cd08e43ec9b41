/** Credentials that must appear nowhere. Each has a part of its own by which it is recognised. */
export const secrets = {
  apiKey: "akm-0f9a-SECRETKEY+/=%",
  token: "tok-SECRETTOKEN+/=&",
  linkUrl: "https://link.test/gate/SECRETLINK",
  wsUrl: "wss://ws.test/socket/SECRETSOCKET",
  resourceUrl: "https://screen.test/view?ticket=SECRETSCREEN",
  linkToPort: "https://port.test/request_ai/SECRETPORT/path/",
  presignedUrl: "https://bucket.test/object?Signature=SECRETSIGNATURE",
  networkToken: "net-SECRETNETWORK",
  authCode: "code-SECRETAUTH",
  ticket: "ticket-SECRETTICKET"
} as const

const marks = /SECRET[A-Z]+/g

/** Every credential of which a text gives something away. */
export const leaksIn = (text: string): ReadonlyArray<string> => [...new Set(text.match(marks) ?? [])]
