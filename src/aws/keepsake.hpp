#pragma once

#include "aws/rds.hpp"
#include "aws/settings.hpp"

#include <filesystem>
#include <string>

namespace cruddur::aws {

// What this machine keeps of DB instances, in $XDG_DATA_HOME/cruddur/rds (or ~/.local/share/…): the bundles
// of certificate authorities, and ACCOUNT/REGION/IDENTIFIER.password, one password each, of mode 0600 in
// folders of mode 0700.
class keepsakes {
public:
    explicit keepsakes(std::filesystem::path folder);
    [[nodiscard]] static keepsakes of(const environment& variable);

    [[nodiscard]] std::filesystem::path password_file(const std::string& account, const std::string& region,
                                                      const std::string& identifier) const;
    // Fetches the bundle that the instances' certificates are verified by, AWS's own or local AWS's, checks
    // that it holds certificates, and keeps it. Returns the file.
    [[nodiscard]] result<std::filesystem::path> fetch_ca_bundle(const settings& how) const;
    // The kept one, or for local AWS, whose authority is made anew with its folder, always a fresh one.
    [[nodiscard]] result<std::filesystem::path> ca_bundle(const settings& how) const;

private:
    std::filesystem::path folder_;
};

// A password from the first line of a file, as RDS takes it: 8 to 128 printable ASCII characters without
// / ' " @ or space.
[[nodiscard]] result<std::string> read_password(const std::filesystem::path& file);
[[nodiscard]] result<void> check_password(const std::string& password);
// One that nobody can guess.
[[nodiscard]] std::string make_password();
// Makes the file's folders, and writes it or leaves it as it was. Fails where the disk does not let it.
[[nodiscard]] result<void> write_password(const std::filesystem::path& file, const std::string& password);
// The same file's place for a password that AWS has not taken yet; keep_next makes it the one.
[[nodiscard]] std::filesystem::path next_of(const std::filesystem::path& file);
[[nodiscard]] result<void> keep_next(const std::filesystem::path& file);

// The connection URL of an instance, with everything percent-encoded, TLS verified by the bundle.
[[nodiscard]] std::string connection_url_of(const db_instance& instance, const std::string& password,
                                            const std::filesystem::path& ca_bundle);

} // namespace cruddur::aws
