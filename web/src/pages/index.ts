// The table of pages: an address leads to the first whose pattern it fits, and to the last where it fits none.
import type { PageModule } from "../router";
import * as activity from "./activity";
import * as confirm from "./confirm";
import * as home from "./home";
import * as newPassword from "./new_password";
import * as nowhere from "./nowhere";
import * as recover from "./recover";
import * as search from "./search";
import * as signIn from "./sign_in";
import * as signUp from "./sign_up";

export const pages: readonly PageModule[] = [home, search, activity, signUp, confirm, signIn, recover, newPassword, nowhere];
