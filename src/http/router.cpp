#include "http/router.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace cruddur::http {
namespace {

constexpr std::size_t parameters_max = 8;

// Takes the first segment, without its slash, off a path that begins with one.
std::string_view next_segment(std::string_view& rest) {
    rest.remove_prefix(1);
    const auto end = std::min(rest.find('/'), rest.size());
    const auto segment = rest.substr(0, end);
    rest.remove_prefix(end);
    return segment;
}

} // namespace

// A tree by path segment. A path walks down it, literal children first; what leads nowhere is walked back
// from.
struct router::node {
    std::vector<std::pair<std::string, std::unique_ptr<node>>> literals;
    std::unique_ptr<node> handle; // "@:name"
    std::unique_ptr<node> parameter;
    std::vector<const route*> routes; // that end here, one a method

    node& child(std::string_view segment) {
        if (segment.starts_with(':')) return below(parameter);
        if (segment.starts_with("@:")) return below(handle);
        for (auto& [literal, next] : literals) {
            if (literal == segment) return *next;
        }
        return *literals.emplace_back(segment, std::make_unique<node>()).second;
    }

    static node& below(std::unique_ptr<node>& link) {
        if (!link) link = std::make_unique<node>();
        return *link;
    }
};

struct router::search {
    verb method;
    const route* found = nullptr;
    std::array<std::string_view, parameters_max> captured; // still encoded
    std::size_t captured_size = 0;
    std::vector<verb> known; // the path's methods, where the one wanted was not among them
};

router::router()
    : top_(std::make_unique<node>()) {}
router::router(router&&) noexcept = default;
router::~router() = default;

void router::add(verb method, std::string pattern, handler answer, shortcut first,
                 std::size_t body_bytes_max) {
    if (!pattern.starts_with('/')) throw std::invalid_argument("a route begins with '/': " + pattern);
    node* at = top_.get();
    std::size_t parameters = 0;
    for (std::string_view rest = pattern; !rest.empty();) {
        const auto segment = next_segment(rest);
        if (segment.starts_with(':') || segment.starts_with("@:")) ++parameters;
        at = &at->child(segment);
    }
    if (parameters > parameters_max) throw std::invalid_argument("too many parameters: " + pattern);
    if (std::ranges::any_of(at->routes, [&](const route* other) { return other->method == method; }))
        throw std::invalid_argument("a route added twice: " + pattern);
    routes_.push_back(std::make_unique<route>(
        route{method, std::move(pattern), std::move(answer), std::move(first), body_bytes_max}));
    if (body_bytes_max != 0) limits_bodies_ = true;
    at->routes.push_back(routes_.back().get());
}

void router::fallback(shortcut answer) {
    fallback_ = std::move(answer);
}

std::vector<std::pair<verb, std::string>> router::routes() const {
    std::vector<std::pair<verb, std::string>> listed;
    listed.reserve(routes_.size());
    for (const auto& each : routes_)
        listed.emplace_back(each->method, each->pattern);
    return listed;
}

bool router::walk(const node& parent, std::string_view rest, search& looking) {
    if (rest.empty()) {
        for (const route* each : parent.routes) {
            if (each->method != looking.method) continue;
            looking.found = each;
            return true;
        }
        for (const route* each : parent.routes)
            looking.known.push_back(each->method);
        return false;
    }
    const auto segment = next_segment(rest);
    for (const auto& [literal, next] : parent.literals) {
        if (literal == segment && walk(*next, rest, looking)) return true;
    }
    if (segment.find('%') != std::string_view::npos) {
        const auto decoded = percent_decode(segment);
        for (const auto& [literal, next] : parent.literals) {
            if (literal == decoded && walk(*next, rest, looking)) return true;
        }
    }
    const auto capture = [&](const node* next, std::string_view value) {
        if (next == nullptr || value.empty()) return false;
        looking.captured[looking.captured_size++] = value;
        if (walk(*next, rest, looking)) return true;
        --looking.captured_size;
        return false;
    };
    if (segment.starts_with('@') && capture(parent.handle.get(), segment.substr(1))) return true;
    if (segment.starts_with("%40") && capture(parent.handle.get(), segment.substr(3))) return true;
    return capture(parent.parameter.get(), segment);
}

router::match router::find(verb method, std::string_view path) const {
    match outcome;
    if (!path.starts_with('/')) return outcome;
    if (path.find('%') != std::string_view::npos && !percent_decode(path)) {
        outcome.status = 400;
        return outcome;
    }
    search looking{.method = method == verb::head ? verb::get : method, .captured = {}, .known = {}};
    if (walk(*top_, path, looking)) {
        for (std::size_t at = 0; at < looking.captured_size; ++at) {
            auto decoded = percent_decode(looking.captured[at]);
            if (!decoded) {
                outcome.status = 400;
                return outcome;
            }
            outcome.parameters.push_back(std::move(*decoded));
        }
        outcome.status = 200;
        outcome.found = looking.found;
    } else if (!looking.known.empty()) {
        outcome.status = method == verb::options ? 204 : 405;
        for (const verb each : {verb::get, verb::post, verb::put, verb::patch, verb::delete_}) {
            if (std::ranges::find(looking.known, each) == looking.known.end()) continue;
            outcome.allow.append(boost::beast::http::to_string(each)).append(", ");
            if (each == verb::get) outcome.allow.append("HEAD, ");
        }
        outcome.allow.append("OPTIONS");
    }
    return outcome;
}

std::size_t router::body_bytes_max(verb method, std::string_view path) const {
    const route* const found = limits_bodies_ ? find(method, path).found : nullptr;
    return found == nullptr ? 0 : found->body_bytes_max;
}

} // namespace cruddur::http
