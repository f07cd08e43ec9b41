import { replayModule } from "./support/suite.js"

replayModule("client")
replayModule("fixture")
replayModule("agentBay")
replayModule("context")
replayModule("betaNetwork")
replayModule("betaSkills")
replayModule("extensions")
