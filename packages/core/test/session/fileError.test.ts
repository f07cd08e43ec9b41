import { assert, describe, it } from "@effect/vitest"
import { ToolError } from "../../src/AgentBayError.js"
import { classifyFileText, fileRefusal, isMissingTool } from "../../src/internal/files/fileError.js"

describe("what a refusal stands for", () => {
  it.each([
    ["Failed to get file status: /x, error: No such file or directory", "NotFound"],
    ["sh: 1: cannot open /x: No such file", "NotFound"],
    ["ENOENT: no such file or directory, open '/x'", "NotFound"],
    ["The system cannot find the file specified.", "NotFound"],
    ["file does not exist", "NotFound"],
    ["/x, error: Permission denied", "PermissionDenied"],
    ["EPERM: operation not permitted", "PermissionDenied"],
    ["Access is denied.", "PermissionDenied"],
    ["touch: cannot touch 'x': Read-only file system", "PermissionDenied"],
    ["/x, error: FILE EXISTS", "AlreadyExists"],
    ["bash: /x: cannot overwrite existing file", "AlreadyExists"],
    ["path already exists", "AlreadyExists"],
    ["read /x: is a directory", "IsDirectory"],
    ["/x: Not a directory", "NotDirectory"],
    ["rmdir: failed to remove '/x': Directory not empty", "NotEmpty"],
    ["Could not find exact match for edit:\nabc", "NoMatch"],
    ["disk full", "Unknown"],
    ["", "Unknown"]
  ] as const)("%s", (text, reason) => {
    assert.strictEqual(classifyFileText(text), reason)
  })

  it("does not mistake the name of a file for the reason", () => {
    const path = "/srv/permission denied/is a directory.txt"
    assert.strictEqual(classifyFileText(`${path}: No such file or directory`, [path]), "NotFound")
    assert.strictEqual(classifyFileText(`${path}: quota exceeded`, [path]), "Unknown")
  })

  it("does not take a short name for a part of every word", () => {
    for (const path of ["a", "/", "e", "directory", "./"]) {
      assert.strictEqual(classifyFileText(`${path}: Is a directory`, [path]), "IsDirectory")
      assert.strictEqual(classifyFileText(`${path}: No such file or directory`, [path]), "NotFound")
    }
  })

  it("keeps the words of the service without its prefix", () => {
    const error = fileRefusal(
      { operation: "SessionFileSystem.stat", path: "/x", sessionId: "s-1" },
      "Execution failed. Error code:-32602 Error message: Failed to get file status: /x, error: No such file or directory",
      "req-1"
    )
    assert.strictEqual(error.reason, "NotFound")
    assert.strictEqual(error.detail, "Failed to get file status: /x, error: No such file or directory")
    assert.strictEqual(error.requestId, "req-1")
  })
})

describe("a tool that is missing", () => {
  const saying = (text: string) =>
    new ToolError({ operation: "x", tool: "read_file", sessionId: "s-1", text })

  it.each([
    "tool not found: read_file",
    "Tool not found",
    "Unknown tool: read_file",
    "tool read_file not found"
  ])("%s", (text) => {
    assert.isTrue(isMissingTool(saying(text)))
  })

  it("is not a file that is missing", () => {
    assert.isFalse(isMissingTool(saying("/tmp/tool: file not found")))
  })
})
