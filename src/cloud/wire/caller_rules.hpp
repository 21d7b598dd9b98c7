#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/service_tables.hpp"
#include "http/caller_check.hpp"
#include "http/router.hpp"

#include <memory>
#include <optional>
#include <string>

namespace cruddur::cloud::wire {

// Whose call local AWS takes, before it is routed: requests of this machine's programs and of its own pages.
// To pages of others it offers what AWS offers to browsers: Cognito's operations that take no signature, and
// a pool's keys. What a form can send does nothing. It verifies no signature.
class caller_rules {
public:
    // `bound` as for http::caller_check; `routes` are those of the services.
    caller_rules(std::string bound, service_list services, std::shared_ptr<const http::router> routes);

    // nullopt lets it in.
    [[nodiscard]] std::optional<ground::refusal> judge(const http::request& from) const;

private:
    [[nodiscard]] bool is_for_pages(const http::request& from) const;

    http::caller_check check_;
    service_list services_;
    std::shared_ptr<const http::router> routes_;
};

} // namespace cruddur::cloud::wire
