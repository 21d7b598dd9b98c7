#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace cruddur::lambda {

// One event, as the Lambda service hands it to a custom runtime.
struct invocation {
    std::string request_id;
    std::string trace_id; // X-Ray's, or ""
    std::string function_arn;
    std::chrono::system_clock::time_point deadline; // when the service ends this process
    std::string event;
};

// What the caller of the function is told: `message` reaches the person who signs up.
struct function_error {
    std::string type;
    std::string message;
};

// The answer's body, JSON. A handler may throw: that is an error of type Runtime.HandlerError.
using handler = std::function<boost::system::result<std::string, function_error>(const invocation&)>;

// Takes invocations one after another from the runtime API at `address` ("host:port", as in
// AWS_LAMBDA_RUNTIME_API) and posts the handler's answers or errors. Returns after SIGTERM, which waits for
// the invocation under way; throws network_error when the API is gone. The process must have SIGTERM blocked.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
void run_loop(const std::string& address, const handler& handle);

// Tells the runtime API that the function cannot start. Never throws.
void report_init_error(const std::string& address, const function_error& why);

} // namespace cruddur::lambda
