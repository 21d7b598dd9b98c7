#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cli {

// Calls of local AWS, as any client makes them, but unsigned: it takes any credentials, and none. Each throws
// std::runtime_error, for the operator's terminal, where it is refused or gets no answer.
class local_aws {
public:
    static constexpr std::string_view region = "us-east-1"; // of requests that are not signed

    // `endpoint` has no slash at its end.
    explicit local_aws(std::string endpoint)
        : endpoint_{std::move(endpoint)} {}

    // One operation of Cognito.
    [[nodiscard]] boost::json::object cognito(std::string_view operation,
                                              const boost::json::object& input) const;

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

private:
    std::string endpoint_;
};

} // namespace cruddur::cli
