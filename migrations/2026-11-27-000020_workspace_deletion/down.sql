ALTER TABLE positions ALTER CONSTRAINT positions_company_fkey NOT DEFERRABLE;
