#pragma once

#include "cli/local/local_aws.hpp"
#include "cli/local/user_pool.hpp"

#include <filesystem>
#include <string>

namespace cruddur::cli::local {

struct local_function {
    std::filesystem::path program; // post-confirmation, as it was built
    std::filesystem::path zip;     // where its package is kept between starts
    std::string connection_url;    // of the login that may add users: a secret
};

// Where post-confirmation lies when both are built: beside this program. It need not be there, since a copy
// of this one alone does without.
std::filesystem::path function_program();

// Has the pool of local AWS run the program when an address is confirmed: the function in the default VPC,
// with the pool's permission, as the pool's trigger. What is there is found, and brought up to date where the
// program or the database's address has changed; a pool that has another trigger keeps it. Throws
// std::runtime_error, for the operator's terminal.
void ensure_local_function(const local_aws& in, const user_pool_choice& pool, const local_function& wanted);

} // namespace cruddur::cli::local
