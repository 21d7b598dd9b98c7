#pragma once

#include "cloud/rds/rds.hpp"

namespace cruddur::cloud::rds {

// What an instance logs, and which authority its certificate is of.

// What EnableCloudwatchLogsExports of a new instance asks for; CloudwatchLogsExportConfiguration of another.
void begin_log_exports(const call& in, const db_instance& made);
void change_log_exports(const call& in, const db_instance& of);
// As answers have them; empty where nothing is exported.
[[nodiscard]] json::array describe_log_exports(const call& in, const db_instance& of);

// The same of CACertificateIdentifier: the server shows a certificate of that authority soon.
void begin_authority(const call& in, const db_instance& made);
void change_authority(const call& in, const db_instance& of);
[[nodiscard]] std::string authority_of(const call& in, const db_instance& of);

// The operations, by file.
json::object describe_db_log_files(const call& in);
json::object download_db_log_file_portion(const call& in);

json::object describe_certificates(const call& in);

} // namespace cruddur::cloud::rds
