// The API's codes and Cognito's, in words for a person.
import { Failure } from "./failure";

const words: Record<string, string> = {
  unreachable: "Cruddur cannot be reached. Check your connection.",
  timed_out: "Cruddur took too long to answer.",
  message_blank: "Write something first.",
  message_exceed_max_chars: "That is longer than 280 characters.",
  message_exceed_max_chars_1024: "That is longer than 1,024 characters.",
  ttl_blank: "Choose how long the post is to live.",
  search_term_blank: "Type something to search for.",
  cursor_invalid: "This place in the list is no longer known. Load the list again.",
  idempotency_key_reused: "This was sent before with another text. Send it again.",
  malformed_json: "Cruddur did not understand the page. Reload it.",
  malformed_request: "Cruddur did not understand the page. Reload it.",
  generic_401: "You are not signed in any more. Sign in again; what you wrote is kept.",
  generic_403: "That is not yours to change.",
  display_name_blank: "Say what you are called.",
  display_name_exceed_max_chars: "That is longer than 50 characters.",
  bio_exceed_max_chars: "That is longer than 160 characters.",
  person_gone: "There is nobody of that handle, or no longer.",
  not_found: "That post is not here. It has expired, or it never was.",
  nobody_there: "That was not sent: nobody can be reached here any more. What you wrote is back in the form.",
  payload_too_large: "That is too long.",
  too_many_requests: "Too many requests. Wait a moment, then try again.",
  unavailable: "Cruddur is catching its breath. Try again in a moment.",
  account_unknown: "Cruddur does not know your account: its sign-up was not finished. Confirm it again with the code that was sent to you.",
  account_pending: "Your address is confirmed, but Cruddur could not write your account down yet. Press Confirm again in a minute.",
  handle_taken: "That handle is taken. Choose another one.",
  handle_invalid: "That cannot be a handle. Choose another one.",
  name_invalid: "A name has 1 to 50 characters.",
  email_taken: "That address belongs to another account. Sign in with that one.",
  locked_out: "Too many wrong passwords. Wait a while, then try again.",
  confirmed_already: "This account is confirmed already. Sign in.",
  UsernameExistsException: "That handle is taken. Choose another one.",
  AliasExistsException: "That address belongs to another account. Sign in with that one, or recover its password.",
  InvalidPasswordException: "The password does not have all that it needs.",
  NotAuthorizedException: "The handle or the password is wrong.",
  UserNotFoundException: "The handle or the password is wrong.",
  CodeMismatchException: "That is not the code that was sent. Look again, or have a new one sent.",
  ExpiredCodeException: "That code is no longer good. Have a new one sent.",
  TooManyFailedAttemptsException: "That code was guessed at too often, and is dead. Have a new one sent.",
  LimitExceededException: "That was tried too often. Wait an hour, then try again.",
  TooManyRequestsException: "Too many requests. Wait a moment, then try again.",
  CodeDeliveryFailureException: "The code could not be sent. Check the address, then try again.",
  UnexpectedLambdaException: "Your address is confirmed, but your account could not be set up. Press Confirm again in a minute.",
  InvalidLambdaResponseException: "Your address is confirmed, but your account could not be set up. Press Confirm again in a minute.",
};

export function inWords(error: unknown): string {
  const codes = error instanceof Failure ? error.codes : [];
  const known = codes.map((code) => words[code]).filter((text) => text !== undefined);
  if (known.length > 0) return known.join(" ");
  // Cognito says of a parameter what is wrong with it, in a sentence.
  if (error instanceof Failure && codes.includes("InvalidParameterException")) return `That was not taken: ${error.detail}`;
  return "Something went wrong on Cruddur's side. Try again.";
}
