#pragma once

#include <stdexcept>
#include <string>

namespace cruddur::cluster {

// A server that could not be prepared, started or stopped: what happened and what to do, in plain sentences
// for an operator's terminal. It never quotes a password.
class error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Somebody asked for the end of what was being done (`stopping`): nothing is wrong with it.
class interrupted : public error {
public:
    explicit interrupted(const std::string& act)
        : error{act + " was interrupted, since all is to stop"} {}
};

} // namespace cruddur::cluster
