Console.WriteLine(Samples.SampleCertificates.Service.Subject);
