/** An API as templates describe it, whatever tool wrote them. */
export interface DeployedApi {
  /** Its logical id in the template. */
  readonly id: string;
  readonly kind: "rest" | "http" | "websocket";
  /** The template's name, as it was given. */
  readonly file: string;
  readonly routes: readonly DeployedRoute[];
  readonly authorizers: readonly DeployedAuthorizer[];
  /** HTTP APIs: whether API Gateway answers preflight requests itself. */
  readonly hasCors: boolean;
  /** Authorizers as they were declared, before a tool made one of those with the same name. */
  readonly declared: readonly DeclaredAuthorizer[];
  /** Its routes are described in a place that was not read. */
  readonly isElsewhere: boolean;
  /** REST APIs: response types that have an Access-Control-Allow-Origin header. */
  readonly corsResponses: readonly string[];
}

/** A route or method. */
export interface DeployedRoute {
  /** As a route table writes it. */
  readonly key: string;
  readonly id: string;
  /** The authorizer's id in `authorizers`; null: whoever calls gets through. */
  readonly authorizer: string | null;
  /** Authorized by something that is no authorizer: AWS_IAM. */
  readonly isIam: boolean;
  /** Its function's event is made by a mapping template, or is the caller's body as it came. */
  readonly isMapped: boolean;
}

/** An authorizer. */
export interface DeployedAuthorizer {
  readonly id: string;
  readonly name: string;
  readonly kind: "TOKEN" | "REQUEST" | "JWT" | "COGNITO";
  /** HTTP APIs: `1.0` or `2.0`; null: not said. */
  readonly payload: string | null;
  /** HTTP APIs: its answers are simple ones, or only the deployment knows. */
  readonly isSimple: boolean;
  /** Seconds; what API Gateway takes where nothing is said. Null: only the deployment knows. */
  readonly ttl: number | null;
  readonly identitySources: readonly string[];
  /** TOKEN: what the credential has to match before the authorizer is asked. */
  readonly pattern: string | null;
  /** The function's logical id; null: it is not in the template. */
  readonly functionId: string | null;
  /** Whether API Gateway may call the function; null: not for this template to say. */
  readonly isCallable: boolean | null;
}

/** One declaration of an authorizer. */
export interface DeclaredAuthorizer {
  readonly name: string;
  /** As text, to be compared. */
  readonly settings: string;
}

/** Authorizers that a function of the project's stands behind. */
export const isLambda = ({ kind }: DeployedAuthorizer): boolean => kind === "TOKEN" || kind === "REQUEST";
