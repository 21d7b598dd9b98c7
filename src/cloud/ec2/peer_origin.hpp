#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::ec2 {

// Where a peer stands in AWS, though its connection comes from this machine.
struct peer_origin {
    std::string address;             // what rules compare with, in place of the socket's own
    std::vector<std::string> groups; // the security groups that it is a member of
    std::string vpc;                 // that it stands in; "" of one that is outside of all
};

// Tells it, by the descriptor of a connection, for peers that are more than their address, as a Lambda
// function's process is, known by its socket (function_pool::origins); nullopt for all others. What it throws
// is a refusal. Called for each connection, on the gates' thread: it must look at nothing but what it may
// from there, and answer within milliseconds. The door, which has both, hands the one of Lambda to the gates.
using origin_lookup = std::function<std::optional<peer_origin>(int connection)>;

} // namespace cruddur::cloud::ec2
