create database rds_unnamed
