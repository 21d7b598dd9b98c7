#include "cloud/wire/parameters.hpp"

#include "cloud/ground/refusal.hpp"
#include "http/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace cruddur::cloud::wire {

namespace {

[[noreturn]] void malformed(std::string_view why) {
    throw refusal{"MalformedQueryString", fmt::format("The query string is malformed: {}", why)};
}

// XML 1.0 can carry neither other control characters nor U+FFFE and U+FFFF.
bool is_xml_text(std::string_view text) {
    const auto control = [](char c) { return c >= 0 && c < 0x20 && c != '\t' && c != '\n' && c != '\r'; };
    return std::ranges::none_of(text, control) && text.find("\xEF\xBF\xBE") == std::string_view::npos &&
           text.find("\xEF\xBF\xBF") == std::string_view::npos;
}

std::string decode(std::string_view text) {
    auto out = http::percent_decode(text, true);
    if (!out) malformed("an escape is not of two hexadecimal digits, or spells bytes that are no UTF-8");
    if (!is_xml_text(*out)) malformed("it holds a control character");
    return *std::move(out);
}

// An element's number in its list, or nothing for the name of a member.
std::optional<unsigned> list_number(std::string_view name) {
    unsigned number = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failed != std::errc{} || end != name.data() + name.size()) return std::nullopt;
    return number;
}

[[noreturn]] void wrong_type(const parameters& what, std::string_view value, std::string_view type) {
    throw refusal{"InvalidParameterValue",
                  fmt::format("Invalid value '{}' for {}. It must be {}.", value, what.path(), type)};
}

} // namespace

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view form) {
    std::vector<std::pair<std::string, std::string>> out;
    while (!form.empty()) {
        const std::string_view pair = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(form.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        std::string name = decode(pair.substr(0, equals));
        std::string value = decode(pair.substr(std::min(pair.size(), equals + 1)));
        out.emplace_back(std::move(name), std::move(value));
    }
    return out;
}

parameters parameters::parse(std::string_view form) {
    parameters root;
    auto pairs = parse_form(form);
    if (pairs.size() > count_max) malformed("it has too many parameters");
    for (auto& [name, value] : pairs) {
        parameters* at = &root;
        std::size_t depth = 0;
        for (std::size_t begin = 0; begin <= name.size(); ++depth) {
            if (depth == depth_max) malformed("a parameter is nested too deeply");
            const std::size_t end = std::min(name.find('.', begin), name.size());
            const std::string_view step = std::string_view{name}.substr(begin, end - begin);
            auto found = std::ranges::find(at->members_, step, &parameters::name);
            if (found == at->members_.end()) {
                parameters member;
                member.path_ = name.substr(0, end);
                found = at->members_.insert(found, std::move(member));
            }
            at = &*found;
            begin = end + 1;
        }
        at->value_ = std::move(value);
    }
    return root;
}

std::string_view parameters::name() const {
    const std::size_t dot = path_.rfind('.');
    return std::string_view{path_}.substr(dot == std::string::npos ? 0 : dot + 1);
}

const parameters* parameters::find(std::string_view name) const {
    const auto found = std::ranges::find(members_, name, &parameters::name);
    return found == members_.end() ? nullptr : &*found;
}

const std::string& parameters::text() const {
    if (!members_.empty()) wrong_type(*this, value_, "a single value");
    return value_;
}

std::int64_t parameters::integer() const {
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text().data(), text().data() + text().size(), number);
    if (failed != std::errc{} || end != text().data() + text().size())
        wrong_type(*this, value_, "an integer");
    return number;
}

bool parameters::boolean() const {
    if (text() == "true") return true;
    if (text() == "false") return false;
    wrong_type(*this, value_, "true or false");
}

std::vector<const parameters*> parameters::elements() const {
    const parameters* of = this;
    if (members_.size() == 1 && !list_number(members_[0].name())) of = &members_[0];
    std::vector<std::pair<unsigned, const parameters*>> numbered;
    for (const parameters& element : of->members_) {
        const auto number = list_number(element.name());
        if (!number) wrong_type(element, element.value_, "an element of a list, with its number");
        numbered.emplace_back(*number, &element);
    }
    std::ranges::sort(numbered, {}, &std::pair<unsigned, const parameters*>::first);
    std::vector<const parameters*> out;
    out.reserve(numbered.size());
    for (const auto& [number, element] : numbered)
        out.push_back(element);
    return out;
}

} // namespace cruddur::cloud::wire
