/** What outlives sessions: contexts, and what is kept in them. */
import { every, from15, from19, type Module, oursOnly, rowsOf } from "./row.js"

const contexts = rowsOf("bay.contexts")
const contextUnit = "core/storage/contexts.test.ts"
const contextFiles = "core/storage/contextFiles.test.ts"

const contextModule: Module = {
  title: "Contexts",
  official: ["agentBay.context"],
  page: "contexts.md",
  rows: [
    contexts("list", every, ".list .listAll", "ListContexts", contextUnit, "a page, or all as a stream"),
    contexts(
      "get",
      every,
      ".get",
      "GetContext",
      contextUnit,
      "by name or id, in one request, with its dates"
    ),
    contexts("create", every, ".create", "GetContext", contextUnit),
    contexts("update", every, ".rename", "ModifyContext", contextUnit),
    contexts("delete", every, ".delete", "DeleteContext", contextUnit),
    contexts(
      "clear clearAsync getClearStatus py:start_clear",
      every,
      ".clear",
      "ClearContext GetContext",
      "core/storage/clearing.test.ts",
      "waits, and tells how it goes; fork it to go on meanwhile"
    ),
    contexts(
      "listFiles",
      every,
      ".files.list .files.listAll",
      "DescribeContextFiles",
      contextFiles,
      "by page or token, or all as a stream"
    ),
    contexts(
      "getFileUploadUrl",
      every,
      ".files.uploadUrl .files.write",
      "GetContextFileUploadUrl",
      `${contextFiles} testing/platform/keyValueStore.test.ts`,
      "redacted"
    ),
    contexts(
      "getFileDownloadUrl",
      every,
      ".files.downloadUrl .files.read",
      "GetContextFileDownloadUrl",
      `${contextFiles} testing/platform/keyValueStore.test.ts`,
      "redacted"
    ),
    contexts("deleteFile", every, ".files.delete", "DeleteContextFile", contextFiles)
  ]
}

const networks = rowsOf("bay.networks")
const networkUnit = "core/account/networks.test.ts"

const networkModule: Module = {
  title: "Networks",
  official: ["agentBay.betaNetwork"],
  rows: [
    networks(
      "getNetworkBindToken create",
      from15,
      ".bind",
      "CreateNetwork",
      networkUnit,
      "the token is redacted"
    ),
    networks(
      "describe",
      from15,
      ".describe",
      "DescribeNetwork",
      networkUnit,
      "asked again where the service is unavailable, as there"
    )
  ]
}

const skills = rowsOf("bay.skills")
const skillUnit = "core/account/skills.test.ts"

const skillModule: Module = {
  title: "Skills",
  official: ["agentBay.betaSkills"],
  page: "skills.md",
  rows: [
    skills("getMetadata", from19, ".metadata", "GetSkillMetaData", skillUnit),
    skills("listMetadata", from19, ".list", "ListSkillMetaData", skillUnit, "also by ids"),
    skills(
      "py:beta.bind_context",
      from19,
      ".bind",
      "BindContextSkillAsync",
      skillUnit,
      "not in any release there"
    ),
    skills(
      "py:beta.unbind_context",
      from19,
      ".unbind",
      "UnbindContextSkill",
      skillUnit,
      "not in any release there"
    )
  ]
}

const volumes = rowsOf("bay.volumes")
const volumeUnit = "core/account/volumes.test.ts"

const volumeModule: Module = {
  title: "Volumes",
  official: ["agentBay.betaVolume"],
  page: "volumes.md",
  rows: [
    volumes(
      "get",
      from19,
      ".get",
      "GetVolume ListVolumes",
      volumeUnit,
      "in no release there, only in its history"
    ),
    volumes("create", from19, ".create", "GetVolume", volumeUnit, "in no release there, only in its history"),
    volumes("list", from19, ".list .listAll", "ListVolumes", volumeUnit, "a page, or all as a stream"),
    volumes(
      "delete",
      from19,
      ".delete",
      "DeleteVolume",
      volumeUnit,
      "in no release there, only in its history"
    )
  ]
}

const store = rowsOf("Extensions.ExtensionStore")
const extensionUnit = "core/storage/extensions.test.ts"

const extensionModule: Module = {
  title: "Browser extensions",
  official: ["ExtensionsService"],
  page: "extensions.md",
  rows: [
    rowsOf("bay.extensions")(
      ["`new ExtensionsService(agentBay, name?)`"],
      every,
      ".open .scoped",
      "GetContext",
      extensionUnit,
      "by name, or temporary for a scope"
    ),
    store(
      "list",
      every,
      ".list",
      "DescribeContextFiles",
      extensionUnit,
      "all of them, not the first hundred"
    ),
    store(
      "create",
      every,
      ".create Extensions.fromFile",
      "GetContextFileUploadUrl",
      `${extensionUnit} node/Extensions.test.ts`,
      "from bytes, a stream or a file"
    ),
    store("update", every, ".update", "DescribeContextFiles GetContextFileUploadUrl", extensionUnit),
    store("delete", every, ".delete", "DeleteContextFile", extensionUnit, "a failure is one, not false"),
    store(
      "cleanup",
      every,
      ".cleanup",
      "DeleteContext",
      extensionUnit,
      "never deletes a context that has a name of yours"
    ),
    store("createExtensionOption ExtensionOption", every, ".option", "", extensionUnit)
  ]
}

const simulation = rowsOf("bay.mobileSimulation")
const simulationUnit = "core/storage/mobileSimulation.test.ts"

const simulationModule: Module = {
  title: "Simulated devices",
  official: ["MobileSimulateService"],
  page: "mobile-simulation.md",
  rows: [
    simulation(
      "uploadMobileInfo",
      from15,
      ".uploadMobileInfo",
      "GetContext GetContextFileUploadUrl",
      `${simulationUnit} testing/client/mobileContract.ts`
    ),
    simulation(
      "hasMobileInfo",
      from15,
      ".hasMobileInfo .findMobileInfo",
      "DescribeContextFiles",
      simulationUnit,
      "a listing that failed is a failure, not false"
    ),
    rowsOf("MobileSimulation")(
      "getSimulateConfig setSimulateEnable getSimulateEnable setSimulateMode getSimulateMode",
      from15,
      ".toConfig",
      "",
      simulationUnit,
      "a value made from what was uploaded or found; nothing to set and reset"
    ),
    rowsOf("MobileSimulation")(
      "setSimulateContextId getSimulateContextId",
      from15,
      ".MobileInfoPlace.contextId",
      "",
      simulationUnit,
      "an argument"
    ),
    rowsOf("MobileSimulation")(
      ["a context of one's own"],
      oursOnly,
      ".withMobileInfo",
      "CreateMcpSession",
      simulationUnit,
      "answers with a context that carries the device; there yours is changed"
    )
  ]
}

export const modules: ReadonlyArray<Module> = [
  contextModule,
  networkModule,
  skillModule,
  volumeModule,
  extensionModule,
  simulationModule
]
