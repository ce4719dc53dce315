/** The failures of Cognito's API that the twin has, with the sentence that is sent where the caller gives none. */
const FAILURES = {
  CodeMismatchException: "Invalid verification code provided, please try again.",
  ExpiredCodeException: "Invalid code provided, please request a code again.",
  InvalidParameterException: "A parameter is missing or not usable.",
  InvalidPasswordException: "Password did not conform with policy: Password not long enough",
  LimitExceededException: "Attempt limit exceeded, please try after some time.",
  MissingAuthenticationTokenException: "Missing Authentication Token",
  NotAuthorizedException: "Incorrect username or password.",
  ResourceNotFoundException: "There is no such user pool or app client.",
  SerializationException: "The request is not a JSON object.",
  UnauthorizedException: "The token was issued to another app client.",
  UnknownOperationException: "The local twin does not have this operation.",
  UnsupportedTokenTypeException: "Only refresh tokens can be revoked.",
  UserNotFoundException: "User does not exist.",
} as const;

/** A failure as Cognito reports it: its name and a sentence. */
export class CognitoFailure extends Error {
  readonly type: keyof typeof FAILURES;

  constructor(type: keyof typeof FAILURES, message: string = FAILURES[type]) {
    super(message);
    this.type = type;
  }
}
