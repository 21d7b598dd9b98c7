#include "postgres/libpq.hpp"

#include <algorithm>
#include <charconv>

namespace cruddur::postgres {
namespace {

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string{} : std::string{text};
}

std::string trimmed(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.remove_suffix(1);
    return std::string{text};
}

// Where a SQLSTATE stands between "FATAL:  " and ": ", or npos.
std::size_t code_within(std::string_view line) {
    constexpr std::string_view before = ":  ";
    for (auto at = line.find(before); at != std::string_view::npos; at = line.find(before, at + 1)) {
        const std::string_view code = line.substr(at + before.size(), 7);
        const auto in_code = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
        if (code.ends_with(": ") && code.size() == 7 && std::ranges::all_of(code.substr(0, 5), in_code))
            return at + before.size();
    }
    return std::string_view::npos;
}

} // namespace

error error_of(const PGresult* failed) {
    error out;
    out.kind = failure::server;
    out.sent = true;
    out.sqlstate = field(failed, PG_DIAG_SQLSTATE);
    out.message = field(failed, PG_DIAG_MESSAGE_PRIMARY);
    out.detail = field(failed, PG_DIAG_MESSAGE_DETAIL);
    out.hint = field(failed, PG_DIAG_MESSAGE_HINT);
    out.context = field(failed, PG_DIAG_CONTEXT);
    out.constraint = field(failed, PG_DIAG_CONSTRAINT_NAME);
    const std::string position = field(failed, PG_DIAG_STATEMENT_POSITION);
    std::from_chars(position.data(), position.data() + position.size(), out.position);
    // Errors of libpq's own making have no fields.
    if (out.message.empty()) out.message = trimmed(PQresultErrorMessage(failed));
    return out;
}

error connect_error_of(std::string_view verbose_message) {
    error out;
    out.kind = failure::connect;
    while (!verbose_message.empty()) {
        std::string_view line = verbose_message.substr(0, verbose_message.find('\n'));
        verbose_message.remove_prefix(std::min(verbose_message.size(), line.size() + 1));
        if (line.empty() || line.starts_with("LOCATION:")) continue;
        if (!out.message.empty()) out.message += '\n';
        if (const auto code = code_within(line); code != std::string_view::npos) {
            out.sqlstate = line.substr(code, 5);
            out.message += line.substr(0, code);
            line.remove_prefix(code + 7);
        }
        out.message += line;
    }
    if (out.message.empty()) out.message = "the connection failed";
    return out;
}

error error_of(const PGconn* failed, failure kind) {
    error out;
    out.kind = kind;
    out.message = trimmed(PQerrorMessage(failed));
    if (out.message.empty()) out.message = "the connection failed";
    return out;
}

} // namespace cruddur::postgres
