/** What UTF-8 makes of a text: every lone surrogate is replaced. */
export const wellFormedText = (text: string): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text))
