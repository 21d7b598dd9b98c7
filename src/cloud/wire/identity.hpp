#pragma once

#include <cstdint>
#include <string>

namespace cruddur::cloud::wire {

// Whose call it is, as IAM has them. By default, and of every key that the operator named, it is the
// account's root, whom no policy binds.
struct identity {
    enum class kind : std::uint8_t { root, user, session };

    kind is = kind::root;
    std::string name{};       // a user's; a session's role's
    std::string session{};    // of a session: the name that it was assumed under
    std::string access_key{}; // that the call is signed by; "" of one that is not
};

} // namespace cruddur::cloud::wire
