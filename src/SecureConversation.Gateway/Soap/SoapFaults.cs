using System.Security;
using static SecureConversation.Shared.SoapUris;

namespace SecureConversation.Gateway.Soap;

/// <summary>Faults of the gateway itself, for plain clients. They say what the client may know; the log has the cause.</summary>
internal static class SoapFaults
{
    public static async Task WriteAsync(HttpContext context, int status, bool isOfSender, string reason)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = status;
        var isSoap11 = context.Request.ContentType?.TrimStart().StartsWith("text/xml", StringComparison.OrdinalIgnoreCase) == true;
        context.Response.ContentType = isSoap11 ? "text/xml; charset=utf-8" : "application/soap+xml; charset=utf-8";
        await context.Response.WriteAsync(isSoap11 ? OfSoap11(isOfSender, reason) : OfSoap12(isOfSender, reason), context.RequestAborted)
            .ConfigureAwait(false);
    }

    private static string OfSoap11(bool isOfSender, string reason) =>
        $"<s:Envelope xmlns:s=\"{Soap11}\"><s:Body><s:Fault><faultcode>s:{(isOfSender ? "Client" : "Server")}</faultcode>"
        + $"<faultstring xml:lang=\"en\">{SecurityElement.Escape(reason)}</faultstring></s:Fault></s:Body></s:Envelope>";

    private static string OfSoap12(bool isOfSender, string reason) =>
        $"<s:Envelope xmlns:s=\"{Soap12}\"><s:Body><s:Fault><s:Code><s:Value>s:{(isOfSender ? "Sender" : "Receiver")}</s:Value></s:Code>"
        + $"<s:Reason><s:Text xml:lang=\"en\">{SecurityElement.Escape(reason)}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>";
}
