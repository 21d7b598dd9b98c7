#include "database/error.hpp"

#include <fmt/format.h>

namespace cruddur::database {

error error_from(const postgres::error& failed) {
    error out;
    switch (failed.kind) {
    case postgres::failure::usage:
        out.kind = failure::usage;
        break;
    case postgres::failure::connect:
        out.kind = failure::unreachable;
        break;
    default:
        out.kind = failure::failed;
    }
    out.message = failed.describe();
    out.sqlstate = failed.sqlstate;
    out.hint = failed.advice();
    if (!failed.context.empty()) out.details.push_back(failed.context);
    return out;
}

std::string describe(const error& failed) {
    if (failed.file.empty()) return failed.message;
    if (failed.line == 0) return fmt::format("{}: {}", failed.file, failed.message);
    return fmt::format("{}:{}: {}", failed.file, failed.line, failed.message);
}

} // namespace cruddur::database
