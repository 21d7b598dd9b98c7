#include "http/message.hpp"

#include "http/text.hpp"

namespace cruddur::http {

std::optional<std::string_view> request::field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
        if (key.size() == name.size() && equals_ignoring_case(key, name)) return value;
    }
    return std::nullopt;
}

std::optional<std::string> request::query_parameter(std::string_view name) const {
    for (std::string_view rest = query; !rest.empty();) {
        const auto pair = next_element(rest, '&');
        const auto equals = pair.find('=');
        const auto key = percent_decode(pair.substr(0, equals), true);
        if (key != name) continue;
        return equals == std::string_view::npos ? std::string{}
                                                : percent_decode(pair.substr(equals + 1), true);
    }
    return std::nullopt;
}

body_bytes body_bytes::of(std::string text) {
    auto owner = std::make_shared<const std::string>(std::move(text));
    const std::string_view bytes = *owner;
    return {std::move(owner), bytes};
}

response response::json(body_bytes body, unsigned status) {
    response answer;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
}

response response::failure(unsigned status, std::string_view code) {
    std::string body = "[\"";
    body.append(code).append("\"]");
    return json(body_bytes::of(std::move(body)), status);
}

} // namespace cruddur::http
