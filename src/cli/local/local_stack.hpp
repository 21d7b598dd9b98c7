#pragma once

#include "cli/local/request_limits.hpp"
#include "database/report.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace cruddur::cli::local {

// A port to listen on. A default one gives way to a free one when it is taken; one that was asked for does
// not. 0 is any free one.
struct wished_port {
    std::uint16_t number = 0;
    bool asked_for = false;
};

struct local_stack_params {
    std::filesystem::path folder; // everything that lasts; made where it is missing
    wished_port api{4567};
    wished_port database{5432};
    wished_port cloud{4566};
    std::stop_token stopping = {};            // ends a start, however far it is
    std::vector<std::string> allowed_origins; // of CORS, beside the API's own page
    request_limits limits = {};
    bool substitutes_engines = true; // RDS: the newest PostgreSQL stands in for one that is not there
    bool enforces_iam = false;       // local AWS: policies decide before there is one
};

// Where each part is reached.
struct local_addresses {
    std::string api;
    std::string connection_url; // the superuser's, with the password: for the operator alone
    std::string aws_endpoint;
};

// Everything on this machine, on 127.0.0.1: a private PostgreSQL server with Cruddur's database, local AWS,
// the API and the page. One process at a time has a folder. The API's own login may read and write rows and
// nothing else. Not thread-safe.
class local_stack {
public:
    // Starts all of it, and adopts a server of this folder that outlived its process; creates, loads and
    // seeds the database the first time and migrates it later. Throws std::runtime_error, for the operator's
    // terminal, when a part does not start, or all is to stop; what had been started is stopped then.
    local_stack(const local_stack_params& params, const database::report& progress);
    ~local_stack(); // stop()

    [[nodiscard]] local_addresses addresses() const;
    // Starts the server again when it has ended by itself. True when it had. Throws as the constructor does.
    bool revive();
    // Stops what was started, newest first. It is not an error to stop twice.
    void stop();

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace cruddur::cli::local
