#pragma once

#include "aws/credentials.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cli::local {

// It is there, and cannot do it for now: the same call may be made again.
class local_aws_busy : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Calls of local AWS, as any client makes them: signed where there are keys to sign by, since without
// --require-signatures it takes any credentials, and none. Each throws std::runtime_error, for the operator's
// terminal, where it is refused or gets no answer, and local_aws_busy.
class local_aws {
public:
    // `endpoint` has no slash at its end. The region is that of requests that are not signed, unless others
    // are.
    explicit local_aws(std::string endpoint, std::optional<aws::credentials> keys = {},
                       std::string region = "us-east-1")
        : endpoint_{std::move(endpoint)}
        , keys_{std::move(keys)}
        , region_{std::move(region)} {}

    // One operation of Cognito.
    [[nodiscard]] boost::json::object cognito(std::string_view operation,
                                              const boost::json::object& input) const;

    // One request to Lambda; nullopt where what it names is not there.
    [[nodiscard]] std::optional<boost::json::object> lambda(std::string_view method, std::string_view path,
                                                            const boost::json::object& input) const;
    // The ids that an operation of EC2 lists: <member> of each item of <set>.
    using parameters = std::vector<std::pair<std::string, std::string>>;
    [[nodiscard]] boost::json::array ec2_ids(std::string_view operation, const char* set, const char* member,
                                             const parameters& input) const;

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    [[nodiscard]] const std::string& region() const { return region_; }

private:
    [[nodiscard]] const aws::credentials* keys() const { return keys_ ? &*keys_ : nullptr; }

    std::string endpoint_;
    std::optional<aws::credentials> keys_;
    std::string region_;
};

} // namespace cruddur::cli::local
