import { checkCall } from "../config/check-call.ts";
import type { Report } from "../config/report.ts";
import { challengeOf } from "../rules/challenge.ts";

/** How a REST API's own answers are generated. */
export interface GatewayResponseOptions {
  /** The logical id of the API in the template; default `ApiGatewayRestApi`, the Serverless Framework's. */
  readonly restApi?: string;
  /** The one web page, `https://app.example`, that may read the answers, or `*`; null: none. A security setting, so there is no default. */
  readonly origin: string | null;
  /** The URL of the API's own description (RFC 9728), for challenges; default none. */
  readonly resourceMetadata?: string | null;
  /** Whether denials name their reason code, as `code`, to the caller; default no: the challenge says what a client can act on. */
  readonly reasons?: boolean;
}

/** `AWS::ApiGateway::GatewayResponse`, as CloudFormation wants it. */
export interface GatewayResponseResource {
  readonly Type: "AWS::ApiGateway::GatewayResponse";
  readonly Properties: {
    readonly RestApiId: { readonly Ref: string };
    readonly ResponseType: string;
    readonly StatusCode?: string;
    readonly ResponseParameters: Readonly<Record<string, string>>;
    readonly ResponseTemplates: { readonly "application/json": string };
  };
}

interface Answer {
  readonly type: string;
  /** Absent: API Gateway's own, which differs between the errors of a family. */
  readonly status?: number;
  readonly title: string;
  /** The value of `WWW-Authenticate`: a challenge of its own, or the one that the authorizer's answer carries. */
  readonly challenge?: "own" | "authorizer";
}

/** By logical id. A path that is not deployed is not found; API Gateway says that a token is missing. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  UnauthorizedResponse: { type: "UNAUTHORIZED", status: 401, title: "Unauthorized", challenge: "own" },
  ForbiddenResponse: { type: "ACCESS_DENIED", status: 403, title: "Forbidden", challenge: "authorizer" },
  NotFoundResponse: { type: "MISSING_AUTHENTICATION_TOKEN", status: 404, title: "Not Found" },
  AuthorizerFailureResponse: { type: "AUTHORIZER_FAILURE", status: 500, title: "Internal Server Error" },
  AuthorizerConfigurationResponse: { type: "AUTHORIZER_CONFIGURATION_ERROR", status: 500, title: "Internal Server Error" },
  // Everything else. API Gateway's message may quote the request, so it is not repeated.
  ClientErrorResponse: { type: "DEFAULT_4XX", title: "The request was refused." },
  ServerErrorResponse: { type: "DEFAULT_5XX", title: "The request failed." },
};

const ORIGIN = /^(\*|https?:\/\/[A-Za-z0-9.-]+(:\d+)?)$/;

const NAMES = ["restApi", "origin", "resourceMetadata", "reasons"];

function checkOptions({ origin, resourceMetadata = null }: GatewayResponseOptions, report: Report): void {
  if (origin !== null && (typeof origin !== "string" || !ORIGIN.test(origin)))
    report.problem("origin", "is no web page's origin.", "Write scheme and host, such as https://app.example, or `*`, or null for none.");
  if (resourceMetadata !== null && (!URL.canParse(resourceMetadata) || /['"\s]/.test(resourceMetadata)))
    report.problem("resourceMetadata", "is not a URL.", "Write the whole address.");
}

/**
 * What a REST API itself answers to requests that reach no function: problem documents (RFC 9457) with a challenge, readable to
 * the web page, and with API Gateway's id of the request. No text of the caller's is in them.
 * @throws ConfigurationError for an origin or a URL that is none, and for options that are none
 */
export function gatewayResponses(options: GatewayResponseOptions): Readonly<Record<string, GatewayResponseResource>> {
  checkCall("gatewayResponses", options, NAMES, (report) => checkOptions(options, report));
  const { restApi = "ApiGatewayRestApi", origin, resourceMetadata = null, reasons = false } = options;
  const challenges = {
    own: `'${challengeOf("credential_missing", {}, resourceMetadata)}'`,
    authorizer: "context.authorizer.challenge",
  };
  const resourceOf = ({ type, status, title, challenge }: Answer): GatewayResponseResource => ({
    Type: "AWS::ApiGateway::GatewayResponse",
    Properties: {
      RestApiId: { Ref: restApi },
      ResponseType: type,
      ...(status !== undefined && { StatusCode: String(status) }),
      ResponseParameters: parameters({
        "Content-Type": "'application/problem+json'",
        "Cache-Control": "'no-store'",
        "WWW-Authenticate": challenge === undefined ? null : challenges[challenge],
        "Access-Control-Allow-Origin": origin === null ? null : `'${origin}'`,
        "Access-Control-Expose-Headers": origin === null || challenge === undefined ? null : "'WWW-Authenticate'",
      }),
      ResponseTemplates: {
        "application/json": JSON.stringify({
          type: "about:blank",
          title,
          ...(status !== undefined && { status }),
          correlationId: "$context.requestId",
          ...(reasons && challenge === "authorizer" && { code: "$context.authorizer.reason" }),
        }),
      },
    },
  });
  return Object.fromEntries(Object.entries(ANSWERS).map(([id, answer]) => [id, resourceOf(answer)]));
}

function parameters(headers: Readonly<Record<string, string | null>>): Record<string, string> {
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(given.map(([name, value]) => [`gatewayresponse.header.${name}`, value]));
}
