#pragma once

#include "aws/audit.hpp"
#include "aws/json_call.hpp"

#include <boost/json/object.hpp>
#include <pugixml.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::aws {

inline constexpr service trail_service{"CLOUDTRAIL", "cloudtrail", "2013-11-01"};
inline constexpr service events_service{"EVENTBRIDGE", "events", "2015-10-07"};
inline constexpr service organizations_service{"ORGANIZATIONS", "organizations", "2016-11-28"};
inline constexpr service guard_service{"GUARDDUTY", "guardduty", "2017-11-28"};

// What checks share: the way to AWS, the instances that are looked at, and what has been found.
class audit_context {
public:
    explicit audit_context(client& asks)
        : by{asks} {}

    client& by;
    audit_report report{};

    [[nodiscard]] std::vector<pugi::xml_node> instances() const;
    void keep_instance(pugi::xml_node described);

    void find(std::string check, std::string subject, std::string what, std::string meaning,
              std::vector<std::string> commands);
    // Throws error_exception.
    [[nodiscard]] answer call(const service& which, std::string_view action, const parameters& input);
    [[nodiscard]] boost::json::object call_json(const service& which, std::string_view target,
                                                std::string_view action, const boost::json::object& input);

private:
    pugi::xml_document kept_{};
    std::optional<credentials> keys_{};
};

// A check of the instances, or of the account: it throws error_exception for what it may not ask.
struct audit_check {
    std::string_view name;
    void (*look)(audit_context&);
};

[[nodiscard]] std::vector<audit_check> instance_checks();
// Without what local AWS does not have, where the caller asks that.
[[nodiscard]] std::vector<audit_check> account_checks(const client& by);

} // namespace cruddur::aws
