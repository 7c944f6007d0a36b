-- The tables of version 1 of the schema in the words of PostgreSQL; version-1.sql has what is in them.
CREATE TABLE about (
	name VARCHAR(40) NOT NULL, 
	value VARCHAR(200) NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE drawn (
	space VARCHAR(40) NOT NULL, 
	count BIGINT NOT NULL, 
	PRIMARY KEY (space)
);
CREATE TABLE exchanges (
	number BIGSERIAL NOT NULL, 
	install VARCHAR(200) NOT NULL, 
	size INTEGER NOT NULL, 
	head BYTEA NOT NULL, 
	headers BYTEA NOT NULL, 
	body BYTEA NOT NULL, 
	answer BYTEA NOT NULL, 
	PRIMARY KEY (number)
);
CREATE INDEX exchanges_by_install ON exchanges (install, number);
CREATE TABLE names (
	number BIGSERIAL NOT NULL, 
	digest BYTEA NOT NULL, 
	space VARCHAR(40) NOT NULL, 
	sid BYTEA NOT NULL, 
	key BYTEA NOT NULL, 
	PRIMARY KEY (number)
);
CREATE INDEX names_by_sid ON names (space, sid);
CREATE UNIQUE INDEX names_once ON names (digest);
CREATE TABLE registry (
	number BIGSERIAL NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	value BYTEA NOT NULL, 
	PRIMARY KEY (number)
);
CREATE UNIQUE INDEX registry_by_name ON registry (kind, name);
CREATE TABLE relations (
	number BIGSERIAL NOT NULL, 
	digest BYTEA NOT NULL, 
	space VARCHAR(40) NOT NULL, 
	sid BYTEA NOT NULL, 
	PRIMARY KEY (number)
);
CREATE INDEX relations_by_sid ON relations (space, sid);
CREATE UNIQUE INDEX relations_once ON relations (digest, sid);
CREATE TABLE resources (
	number BIGSERIAL NOT NULL, 
	space VARCHAR(40) NOT NULL, 
	sid BYTEA NOT NULL, 
	part VARCHAR(100) NOT NULL, 
	scope BYTEA NOT NULL, 
	attributes BYTEA NOT NULL, 
	PRIMARY KEY (number)
);
CREATE INDEX resources_by_scope ON resources (space, scope);
CREATE UNIQUE INDEX resources_by_sid ON resources (space, sid);
CREATE TABLE tickets (
	number BIGSERIAL NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	key BYTEA NOT NULL, 
	alias BYTEA, 
	install VARCHAR(200) NOT NULL, 
	expires FLOAT NOT NULL, 
	used INTEGER NOT NULL, 
	value BYTEA NOT NULL, 
	PRIMARY KEY (number)
);
CREATE INDEX tickets_by_alias ON tickets (kind, alias);
CREATE INDEX tickets_by_expiry ON tickets (kind, expires);
CREATE UNIQUE INDEX tickets_by_key ON tickets (kind, key);
CREATE TABLE versions (
	kind VARCHAR(40) NOT NULL, 
	version BIGINT NOT NULL, 
	PRIMARY KEY (kind)
);
