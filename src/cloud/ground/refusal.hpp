#pragma once

#include <exception>
#include <string>
#include <utility>

namespace cruddur::cloud::ground {

// An operation's refusal, as AWS words it: services throw it, the endpoint alone catches it and writes the
// error document of the service's protocol. A throw undoes the transaction it passes through.
class refusal : public std::exception {
public:
    refusal(std::string code, std::string message, unsigned status = 400)
        : code_{std::move(code)}
        , message_{std::move(message)}
        , status_{status} {}

    [[nodiscard]] const std::string& code() const { return code_; }
    [[nodiscard]] const std::string& message() const { return message_; }
    [[nodiscard]] unsigned status() const { return status_; } // 4xx: the sender's fault, 5xx: ours
    [[nodiscard]] const char* what() const noexcept override { return code_.c_str(); }

private:
    std::string code_;
    std::string message_;
    unsigned status_;
};

} // namespace cruddur::cloud::ground
