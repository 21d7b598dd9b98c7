#include "cloud/door/local_web.hpp"

#include "cloud/door/missing_operations.hpp"
#include "cloud/fleet/instances.hpp"

#include <array>

namespace cruddur::cloud::door {

namespace {

using web_answer = boost::asio::awaitable<http::response>;
using enum wire::web_route::access;

web_answer get_bundle(const wire::web_call& in) {
    http::response bundle;
    bundle.content_type = "application/x-pem-file";
    bundle.body = http::body_bytes::of(in.env.part<fleet::instances>().bundle());
    co_return bundle;
}

web_answer get_missing(const wire::web_call& in) {
    co_return http::response::json(http::body_bytes::of(in.env.part<missing_operations>().to_json()));
}

constexpr std::array local_routes = {
    wire::web_route{http::verb::get, "/global/global-bundle.pem", programs,
                    get_bundle}, // as AWS's trust store has it
    wire::web_route{http::verb::get, "/_local/missing.json", credentials, get_missing}};

} // namespace

std::span<const wire::web_route> local_web_routes() {
    return local_routes;
}

} // namespace cruddur::cloud::door
