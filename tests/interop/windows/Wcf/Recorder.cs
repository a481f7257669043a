using System;
using System.IO;
using System.Net;
using System.Threading;

/// <summary>Passes requests on to a service, and writes down what was sent and received.</summary>
internal sealed class Recorder : IDisposable
{
    private readonly HttpListener _listener = new HttpListener();
    private readonly string _folder;
    private readonly string _service;
    private int _number;

    public Recorder(string folder, string service)
    {
        _folder = folder;
        _service = service;
        Address = new Uri("http://localhost:8731/Design_Time_Addresses/recorder/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        new Thread(Listen) { IsBackground = true }.Start();
    }

    public Uri Address { get; }

    public void Dispose() => _listener.Close();

    private void Listen()
    {
        try
        {
            while (true)
            {
                Pass(_listener.GetContext());
            }
        }
        catch (Exception e) when (e is HttpListenerException || e is ObjectDisposedException)
        {
            // Closed.
        }
    }

    private void Pass(HttpListenerContext context)
    {
        var request = (HttpWebRequest)WebRequest.Create(_service);
        request.Method = "POST";
        request.ContentType = context.Request.ContentType;
        if (context.Request.Headers["SOAPAction"] is string action)
        {
            request.Headers["SOAPAction"] = action;
        }

        var sent = Write(context.Request.InputStream, "sent");
        using (var body = request.GetRequestStream())
        {
            body.Write(sent, 0, sent.Length);
        }

        using (var response = Answer(request))
        {
            var received = Write(response.GetResponseStream(), "received");
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.ContentType;
            context.Response.Close(received, willBlock: true);
        }
    }

    private static HttpWebResponse Answer(HttpWebRequest request)
    {
        try
        {
            return (HttpWebResponse)request.GetResponse();
        }
        catch (WebException e) when (e.Response is HttpWebResponse fault)
        {
            return fault;
        }
    }

    private byte[] Write(Stream stream, string what)
    {
        using (var copy = new MemoryStream())
        {
            stream.CopyTo(copy);
            File.WriteAllBytes(Path.Combine(_folder, $"{++_number:00}-{what}.xml"), copy.ToArray());
            return copy.ToArray();
        }
    }
}
