#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace cruddur::cloud::lambda {

// What came of one invocation of a function.
struct invocation {
    std::string payload;        // what the function answered, or its error document
    std::string function_error; // "" where it went well, "Handled", or "Unhandled" where the program died
    bool timed_out = false;     // it was still running when the time was up
    bool denied = false;        // its policy does not let the service invoke it
    bool missing = false;       // there is no such function, or no such version of it
};

// For what a service invokes a function: its principal, and the ARN of the resource.
struct invocation_source {
    std::string service; // "cognito-idp.amazonaws.com"
    std::string arn;
};

// What one service asks of Lambda: to run a function and wait for what it answers.
class invoker {
public:
    invoker() = default;
    invoker(const invoker&) = delete;
    invoker& operator=(const invoker&) = delete;
    virtual ~invoker() = default;

    // Completes by `timeout` at the latest; never throws for what the function does. On the loop's thread.
    virtual boost::asio::awaitable<invocation> invoke(std::string function_arn, std::string payload,
                                                      invocation_source from,
                                                      std::chrono::milliseconds timeout) = 0;
};

} // namespace cruddur::cloud::lambda
