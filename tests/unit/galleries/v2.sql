-- A gallery as schema 2 left it: made-up vectors of 8 numbers, no pictures. Never edit.
CREATE TABLE people (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,  -- siamapp.store.people.name_key
            created_utc TEXT NOT NULL
        ) STRICT
        ;
INSERT INTO people VALUES (1, 'Ada Example', 'ada example', '2026-11-25T04:02:00+00:00');
INSERT INTO people VALUES (2, 'Bob Example', 'bob example', '2026-11-25T04:02:00+00:00');
CREATE TABLE templates (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
            embedder_id TEXT NOT NULL,
            embedding BLOB NOT NULL CHECK (length(embedding) % 4 = 0),  -- float32, little-endian
            quality TEXT NOT NULL,  -- JSON of siamapp.types.Quality
            created_utc TEXT NOT NULL,
            crop_png BLOB  -- last, so that reading the rest does not read the crop's pages
        ) STRICT
        ;
INSERT INTO templates VALUES (1, 1, 'embedder-of-the-tests', X'c33d8a3d0f4091bd8c09b03e45ad663d393e93bec4c9463e3b38333f4f2a023f', '{"eye_distance_px": 80.5, "sharpness": 0.25, "luminance": 0.5, "contrast": 0.2, "yaw_deg": -3.0, "pitch_deg": 4.0, "roll_deg": 1.5, "inside": 1.0}', '2026-11-25T04:02:00+00:00', NULL);
INSERT INTO templates VALUES (2, 1, 'embedder-of-the-tests', X'61b82b3e5f21cc3e9331243e5ae221bf58efe03e84cd5d3ed56785beda60903e', '{"eye_distance_px": 80.5, "sharpness": 0.25, "luminance": 0.5, "contrast": 0.2, "yaw_deg": -3.0, "pitch_deg": 4.0, "roll_deg": 1.5, "inside": 1.0}', '2026-11-25T04:02:00+00:00', NULL);
INSERT INTO templates VALUES (3, 2, 'embedder-of-the-tests', X'1774623d6c8a1cbebc63f7bd56c736bfd8bb063f7450ab3e7ce6c2bdcbb8673e', '{"eye_distance_px": 80.5, "sharpness": 0.25, "luminance": 0.5, "contrast": 0.2, "yaw_deg": -3.0, "pitch_deg": 4.0, "roll_deg": 1.5, "inside": 1.0}', '2026-11-25T04:02:00+00:00', NULL);
CREATE TABLE audit (
            number INTEGER PRIMARY KEY,
            at_utc TEXT NOT NULL,
            kind TEXT NOT NULL,
            facts TEXT NOT NULL,  -- JSON; people by number, never by name
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT
        ;
INSERT INTO audit VALUES (1, '2026-11-25T04:02:00.858+00:00', 'enrol', '{"embedder_id": "embedder-of-the-tests", "person_id": 1, "samples": 2}', X'81edd42031b51f033bcb6b4734111a018ffd1f67ab68debac86107a5be3c056e');
INSERT INTO audit VALUES (2, '2026-11-25T04:02:00.925+00:00', 'enrol', '{"embedder_id": "embedder-of-the-tests", "person_id": 2, "samples": 1}', X'431f4b6cd5a06b4935def756d7c0661a47efbe1cf27861a874f15e84197ca76f');
INSERT INTO audit VALUES (3, '2026-11-25T04:02:00.978+00:00', 'enrol', '{"embedder_id": "embedder-of-the-tests", "person_id": 3, "samples": 1}', X'32507b2cd2e9ddc60678686b67164ff1adce7564b9d68576ccd343f43b467fd1');
INSERT INTO audit VALUES (4, '2026-11-25T04:02:01.017+00:00', 'delete', '{"person_id": 3}', X'8c5797a2261123b3985dcf912ca23dc41865da9afa12a59f24fa9c048d96e0f6');
CREATE TABLE audit_head (number INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO audit_head VALUES (4, X'8c5797a2261123b3985dcf912ca23dc41865da9afa12a59f24fa9c048d96e0f6');
CREATE INDEX templates_by_person ON templates (person_id);
CREATE INDEX templates_by_embedder ON templates (embedder_id);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
UPDATE sqlite_sequence SET seq = 3 WHERE name = 'people';
PRAGMA application_id = 1399415149;
PRAGMA user_version = 2;
