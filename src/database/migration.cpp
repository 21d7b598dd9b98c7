#include "database/migration.hpp"

#include "database/sql_files.hpp"
#include "database/sql_splitter.hpp"
#include "db/files.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cruddur::database {
namespace {

constexpr std::string_view directive_prefix = "-- cruddur:";

error wrong(std::string_view file, int line, std::string message, std::string hint) {
    error out;
    out.kind = failure::usage;
    out.file = file;
    out.line = line;
    out.message = std::move(message);
    out.hint = std::move(hint);
    return out;
}

std::string sha256(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string out;
    for (unsigned i = 0; i < size; ++i)
        out += fmt::format("{:02x}", digest[i]);
    return out;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

// "0002_idempotency_keys.sql" → 2 and "idempotency_keys".
bool read_name(std::string_view file, migration& into) {
    file.remove_prefix(file.rfind('/') + 1);
    const auto digits = file.find_first_not_of("0123456789");
    if (digits == std::string_view::npos || digits == 0 || digits > 18) return false;
    if (file[digits] != '_' || !file.ends_with(".sql")) return false;
    const auto name = file.substr(digits + 1, file.size() - digits - 5);
    if (name.empty() ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos)
        return false;
    const auto number = file.substr(0, digits);
    std::from_chars(number.data(), number.data() + number.size(), into.version);
    into.name = name;
    return into.version > 0;
}

// Takes the lines to the parts that the directives begin.
class reader {
public:
    explicit reader(migration& into)
        : into_(into) {}

    result<void> line(std::string_view text, int number) {
        if (!text.starts_with(directive_prefix)) {
            part_->sql.append(text) += '\n';
            return {};
        }
        const auto directive = trimmed(text.substr(directive_prefix.size()));
        if (directive == "no transaction" && part_ == &header_) {
            into_.transaction = false;
        } else if (directive == "up" && part_ == &header_) {
            into_.up.first_line = number + 1;
            part_ = &into_.up;
        } else if (directive == "down" && part_ == &into_.up) {
            into_.down = migration_part{{}, number + 1};
            part_ = &*into_.down;
        } else {
            return wrong(
                into_.file, number, fmt::format("'{}' is not understood here", trimmed(text)),
                "A migration has '-- cruddur: up', then '-- cruddur: down', and before them, where it "
                "needs it, '-- cruddur: no transaction'.");
        }
        return {};
    }

    [[nodiscard]] bool has_up() const { return part_ != &header_; }
    [[nodiscard]] const std::string& header() const { return header_.sql; }

private:
    migration& into_;
    migration_part header_;
    migration_part* part_ = &header_;
};

result<void> check_part(const migration& whole, const migration_part& part) {
    const auto statements = split_sql(part.sql);
    if (statements) return {};
    error failed = statements.error();
    failed.kind = failure::usage;
    failed.file = whole.file;
    failed.line += part.first_line - 1;
    return failed;
}

result<std::vector<migration>> in_order(std::vector<migration> all) {
    std::ranges::sort(all, {}, &migration::version);
    const auto twice = std::ranges::adjacent_find(all, {}, &migration::version);
    if (twice == all.end()) return all;
    return wrong(std::next(twice)->file, 0, fmt::format("its number is that of {} too", twice->file),
                 "Give it the next free number.");
}

} // namespace

result<migration> parse_migration(std::string_view file, std::string_view text) {
    migration out;
    out.file = file;
    if (!read_name(file, out))
        return wrong(file, 0, "this is no name of a migration",
                     "Name it by its number and what it does, in lower case: 0004_add_hashtags.sql");
    out.checksum = sha256(text);
    reader lines{out};
    for (int number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        if (auto read = lines.line(text.substr(0, end), number); !read) return read.error();
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    const auto before = split_sql(lines.header());
    if (!before || !before->empty())
        return wrong(file, before ? before->front().line : before.error().line, "SQL before '-- cruddur: up'",
                     "Begin with '-- cruddur: up': what follows it is done by migrate, what follows "
                     "'-- cruddur: down' by rollback.");
    if (!lines.has_up())
        return wrong(file, 0, "there is no '-- cruddur: up' in it",
                     "Write it on a line of its own, before the SQL.");
    if (auto checked = check_part(out, out.up); !checked) return checked.error();
    if (out.down) {
        if (auto checked = check_part(out, *out.down); !checked) return checked.error();
    }
    return out;
}

result<std::vector<migration>> built_in_migrations() {
    std::vector<migration> all;
    for (const auto& file : sql::migrations) {
        auto one = parse_migration(file.name, file.text);
        if (!one) return one.error();
        one->file += " (compiled in)";
        all.push_back(std::move(*one));
    }
    return in_order(std::move(all));
}

result<std::vector<migration>> migrations_in(const std::filesystem::path& folder) {
    std::error_code failed;
    std::vector<migration> all;
    std::filesystem::directory_iterator entries{folder, failed};
    for (; !failed && entries != std::filesystem::directory_iterator{}; entries.increment(failed)) {
        if (entries->path().extension() != ".sql") continue;
        const auto file = read_sql(entries->path());
        if (!file) return file.error();
        auto one = parse_migration(file->name, file->text);
        if (!one) return one.error();
        all.push_back(std::move(*one));
    }
    if (failed)
        return wrong(folder.string(), 0, failed.message(), "--dir takes the folder of the migrations.");
    return in_order(std::move(all));
}

} // namespace cruddur::database
