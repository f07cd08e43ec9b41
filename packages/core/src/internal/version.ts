/** The version of this package, as reported to the service; a test compares it with package.json. */
export const version = "0.1.0"
