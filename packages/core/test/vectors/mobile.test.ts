import { replayModule } from "./support/suite.js"

replayModule("mobile")
replayModule("mobileSimulate")
