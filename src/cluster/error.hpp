#pragma once

#include <stdexcept>

namespace cruddur::cluster {

// A server that could not be prepared, started or stopped: what happened and what to do, in plain sentences
// for an operator's terminal. It never quotes a password.
class error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace cruddur::cluster
