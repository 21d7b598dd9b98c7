#pragma once

#include "app/door/service.hpp"

#include <functional>
#include <string>

namespace cruddur::cli::local {

// All that has to be said of a user pool for people to sign up and in by it.
struct user_pool_choice {
    std::string region;
    std::string id = {};
    std::string client_id = {};
    std::string endpoint = {};         // of Cognito; "" is AWS's own
    std::string sign_in_endpoint = {}; // the same as browsers reach it; "" where that is `endpoint`
};

// A pool's region and ids as a file that one program leaves to another: JSON. Reading returns what is wrong
// with the file, for the operator, or "".
[[nodiscard]] std::string user_pool_text(const user_pool_choice& chosen);
[[nodiscard]] std::string read_user_pool(const std::string& file, user_pool_choice& into);

// The endpoint that the environment names for Cognito, or for all of AWS, as the SDKs read it; "" for none.
[[nodiscard]] std::string cognito_endpoint(const std::function<std::string(const char*)>& environment);

// Has the service take the pool's tokens and the page sign people in by it. Returns what is wrong with the
// choice, for the operator, or "".
[[nodiscard]] std::string use_user_pool(const user_pool_choice& chosen, app::door::service_params& into);

} // namespace cruddur::cli::local
