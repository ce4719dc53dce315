import { checkText } from "../config/check-values.ts";
import type { Report } from "../config/report.ts";

/** Reports what is not the id of a user pool. */
export function checkPoolId(userPoolId: string, report: Report): void {
  if (checkText(userPoolId, report, "userPoolId") && !/^[a-z0-9-]+_[A-Za-z0-9]+$/.test(userPoolId)) {
    report.problem("userPoolId", "is not a user pool id.", "Set the pool's id, such as `us-east-1_AbCdEf123`.");
  }
}
