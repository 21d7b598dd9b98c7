#include "lambda/log.hpp"
#include "lambda/post_confirmation.hpp"
#include "lambda/runtime_loop.hpp"
#include "lambda/settings.hpp"

#include <openssl/crypto.h>

#include <nss.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

namespace {

using namespace cruddur::lambda;

// A static program must not load the system's name services, which are built for another C library: the two
// that are needed are built in. Nor is the system's configuration of OpenSSL meant for the one in here.
void keep_to_what_is_built_in() {
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
}

int run() {
    const char* const api = std::getenv("AWS_LAMBDA_RUNTIME_API");
    if (api == nullptr) {
        log(severity::error, "AWS_LAMBDA_RUNTIME_API is not set: this is the program of a Lambda function, "
                             "which 'cruddur lambda package' makes the zip of");
        return 2;
    }
    std::optional<post_confirmation> handle;
    try {
        handle.emplace(database_of_environment());
    } catch (const std::exception& failed) {
        log(severity::error, "the function cannot start", {{"reason", failed.what()}});
        report_init_error(api, {"InvalidConfiguration", failed.what()});
        return 1;
    }
    handle->warm_up();
    run_loop(api, std::ref(*handle));
    return 0;
}

} // namespace

int main() {
    keep_to_what_is_built_in();
    sigset_t termination;
    ::sigemptyset(&termination);
    ::sigaddset(&termination, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &termination, nullptr);
    try {
        return run();
    } catch (const std::exception& failed) {
        log(severity::error, "the runtime ended", {{"reason", failed.what()}});
        return 1;
    }
}
