import type { Report } from "../config/report.ts";
import type { Principal } from "../principal/principal.ts";

/** Asks whether a principal is still one, now. */
export interface LiveIssuer {
  /** False: the user is gone, disabled or signed out, or there is no user. Rejects where that could not be found out. */
  isLive(text: string, principal: Principal): Promise<boolean>;
}

/** How an issuer answers for routes with `live()`: what `liveCheck` in its options is. */
export interface LiveCheck {
  /** Reports what is wrong with the settings. */
  check(report: Report): void;
  open(): LiveIssuer;
}
